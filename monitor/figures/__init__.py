"""Frame in, picture out. No Dash and no database here; words come in ready made."""
