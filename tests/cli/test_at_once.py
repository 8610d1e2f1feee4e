"""Eight processes at once on one workspace: no change is lost, and who must wait is told for whom."""

import re
import subprocess
import sys

from factories import AUTHOR, REVIEWER, make_article

from kb.articles.article import State, Verb
from kb.articles.library import Library

EIGHT = range(8)
WORKER = f"""
import random, sys, time
from kb.cli.main import main

own, shared = sys.argv[1], sys.argv[2]
steps = [
    ("review", "submit", own, "--as", "{AUTHOR}"),
    ("review", "approve", own, shared, "--as", "{REVIEWER}"),
    ("publish", own, "--as", "{REVIEWER}"),
]
for step in steps:
    code = 3
    while code == 3:
        try:
            main(step)
        except SystemExit as end:
            code = end.code
        time.sleep(random.uniform(0.05, 0.3))
    if code:
        sys.exit(code)
"""


def test_eight_at_once(library: Library) -> None:
    """Each one's article goes out once, the shared one has one approval, and no file is broken."""
    folder = library.docs.parent
    (folder / "kb.toml").write_text("")
    for number in EIGHT:
        library.save(make_article(id=f"own-{number}"))
    library.save(make_article(id="shared-9"))
    subprocess.run(
        [sys.executable, "-m", "kb", "review", "submit", "shared-9", "--as", AUTHOR],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, f"own-{number}", "shared-9"],
            cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )
        for number in EIGHT
    ]  # fmt: skip
    told = [worker.communicate(timeout=120)[1] for worker in workers]

    assert [0] * 8 == [worker.returncode for worker in workers], told
    pages = {article.id: article for article in library.articles()}
    assert [State.PUBLISHED] * 8 == [pages[f"own-{number}"].state for number in EIGHT]
    verbs = [change.verb for change in pages["shared-9"].history]
    assert 1 == verbs.count(Verb.APPROVE)
    _named_the_holder(told, {worker.pid for worker in workers})


def _named_the_holder(told: list[str], workers: set[int]) -> None:
    """Every loser was told a process that ran, or that there was one (before it wrote its number)."""
    waits = re.findall(r"(?:process (\d+)|another process) is writing", "".join(told))
    assert waits
    assert {int(pid) for pid in waits if pid} <= workers


def test_kept_lock_is_named_at_once(library: Library) -> None:
    """While somebody holds the workspace, a command ends with 3 and the holder's number."""
    folder = library.docs.parent
    (folder / "kb.toml").write_text("")
    library.save(make_article())
    hold = (
        "import sys, time; from pathlib import Path; from kb.articles.library import lock\n"
        "with lock(Path('.kb')): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold], cwd=folder, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert "held\n" == holder.stdout.readline()
        command = [sys.executable, "-m", "kb", "review", "submit", "proxy-timeouts-1042"]
        done = subprocess.run(
            [*command, "--as", AUTHOR], cwd=folder, capture_output=True, text=True
        )
        holder.kill()

    assert (3, True) == (done.returncode, f"process {holder.pid} is writing" in done.stderr)
    assert 1 == (folder / "docs/drafts/proxy-timeouts-1042.md").read_text().count("verb:")
