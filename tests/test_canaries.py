"""Canaries of every kind go once around the whole loop, and none is seen again in any byte."""

import json
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).parents[1] / "scripts" / "benches" / "canaries.py"


def test_no_canary_is_seen_again() -> None:
    """Not in git's objects, the site, the index, the store, the feedback, or what was said.

    `scripts/bench canaries` plants ten thousand; here a few hundred of another seed.
    """
    run = subprocess.run(
        [sys.executable, str(BENCH), "--count", "216", "--seed", "7", "--json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode in (0, 1), run.stderr
    told = json.loads(run.stdout)

    assert ([], 0) == (told["where"], told["notes_out"])
    assert told["kinds"] >= 25
    assert told["forms"] >= 10
    assert told["pages"] > 40
