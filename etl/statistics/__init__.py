"""Numbers in, numbers out: the methods, each named as in the textbook. Knows numpy and scipy and nothing of ours."""
