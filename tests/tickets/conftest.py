"""What the tests of sources stand on: a store of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.store.store import Store, open_store


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Store]:
    """An open, empty store; what differs between databases is tested with the store."""
    opened = open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    yield opened
    opened.close()
