"""Writes the definitions into the page of the docs that holds them: `python -m kb.measure PAGE`."""

import sys
from pathlib import Path

from kb.measure.handbook import chapters

MARK = "<!-- made by python -m kb.measure -->\n"

if __name__ == "__main__":
    page = Path(sys.argv[1])
    head = page.read_text(encoding="utf-8").partition(MARK)[0]
    page.write_text(f"{head}{MARK}\n{chapters()}", encoding="utf-8")
