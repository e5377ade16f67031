"""One question a function: a snapshot in, a frame or a small dataclass out.

Nothing here draws, words or routes. SQL is fixed text with parameters; a reader's words never become SQL. The screen,
the export, the report and the interface for programs all ask here, so they cannot differ.
"""
