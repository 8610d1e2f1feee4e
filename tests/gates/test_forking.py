"""Work in a process of its own: it is made there, or else by whoever asks for it."""

import subprocess
import sys

import pytest

START = """
import os, threading
from kb.gates.forking import begin

HOME = os.getpid()

def elsewhere():
    return os.getpid() != HOME

def dies():
    if elsewhere():
        os._exit(9)
    return "made at home"

def raises():
    if elsewhere():
        raise ValueError
    return "made at home"
"""


@pytest.mark.parametrize(
    ("then", "says"),
    [
        ("print(begin(elsewhere)())", "True"),
        ("print(begin(dies)())", "made at home"),
        ("print(begin(raises)())", "made at home"),
        ("made = begin(lambda: threading.Lock() if elsewhere() else 7); print(made())", "7"),
        ("begin(lambda: 'x' * 10_000_000); print('nobody is waited for')", "nobody is waited for"),
        (
            "threading.Thread(target=threading.Event().wait, daemon=True).start(); print(begin(elsewhere)())",
            "False",
        ),
    ],
    ids=["made", "died", "raised", "cannot be sent", "not asked for", "with threads"],
)
def test_work_is_made_elsewhere_or_at_home(then: str, says: str) -> None:
    """A process that fails, or cannot be forked safely, costs its time and nothing else."""
    run = subprocess.run([sys.executable, "-c", START + then], capture_output=True, text=True,
                         check=False, timeout=120)  # fmt: skip

    assert (run.stdout.strip(), run.returncode) == (says, 0)
