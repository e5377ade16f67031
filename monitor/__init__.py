"""From a published snapshot to a reader: screens, exports, command line."""
