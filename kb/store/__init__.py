"""The store at the edge: keeps facts in SQLite or PostgreSQL; only the doors open it."""
