"""Runs the demonstration: `python -m kb.helpdesk FOLDER`."""

import sys
from pathlib import Path

from kb.helpdesk.demo import run, summary

if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".demo/workspace").resolve()
    sys.stdout.write(summary(run(folder), folder))
