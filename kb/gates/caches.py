"""Opens a cache that lies in SQLite: one that is damaged, or of another form, is none."""

import sqlite3


def connected(place: str, form: int, *statements: str) -> sqlite3.Connection:
    """Return a connection to the cache at `place`, which is made where there is none.

    Args:
        place: Path of the file, or `:memory:`.
        form: The number of its form; kept as SQLite's `user_version`.
        statements: What sets the connection up, and makes the tables that are not there.

    Raises:
        sqlite3.DatabaseError: It is damaged or of another form; it is closed again.
    """
    database = sqlite3.connect(place, timeout=30)
    try:
        if database.execute("PRAGMA user_version").fetchone()[0] not in (0, form):
            raise sqlite3.DatabaseError
        for statement in (*statements, f"PRAGMA user_version = {form}"):
            database.execute(statement)
        database.commit()
    except sqlite3.DatabaseError:
        database.close()
        raise
    return database
