"""What can be set: the vocabulary, the models and the strict YAML loader."""
