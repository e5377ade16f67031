"""Practice municipalities and their seeded maker. SOURCES.md gives origin and licence of every fact."""
