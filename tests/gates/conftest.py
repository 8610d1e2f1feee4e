"""What every test of the gate may ask for."""

from pathlib import Path

import pytest
from sites import put


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site with one page that may go out."""
    folder = tmp_path / "site"
    put(folder, "index.html", "<title>Help</title><main><p>Search first.</p></main>")
    return folder
