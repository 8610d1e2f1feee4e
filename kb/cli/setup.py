"""Making and mending a workspace: `kb init` and `kb doctor`."""

import json
import re
import secrets
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import click

from kb.articles.article import State
from kb.articles.audit import audit
from kb.articles.library import write
from kb.cli import out
from kb.cli.workspace import json_option, now, open_workspace
from kb.errors import KbError
from kb.feedback.letter import LetterState, Posted
from kb.gates import identities
from kb.gates.scanner import PROBES, prove
from kb.redaction import RULES_VERSION

LATE_SECONDS = 3600
"""A letter whose time came so long ago is one that nobody sends."""
_HOUR = timedelta(hours=1)
SILENT = timedelta(days=7)
"""A site that is live and from which nothing came for so long may be one that is not heard."""

_TOML = """\
# Docworthy's workspace. Every option stands in docs/configuration.md of Docworthy.
[site]
docs = {docs}
service = "http://127.0.0.1:8765"

[source]
name = "helpdesk"
kind = "files"
path = "tickets"

[triage]
tags = ["doc-worthy"]
"""
_MKDOCS = """\
site_name: {name}
theme:
  name: material
  font: false
  features: [navigation.instant, search.highlight, content.code.copy]
  palette:
    - media: "(prefers-color-scheme: light)"
      scheme: default
      primary: teal
    - media: "(prefers-color-scheme: dark)"
      scheme: slate
      primary: teal
markdown_extensions: [admonition, tables, toc, pymdownx.superfences]
draft_docs: |
  drafts/
plugins:
  - search
  - docworthy:
      contact_action: {action}  # where the form writes: mailto:name@host, if kb.toml has no form.to
"""
_DEMO_NAME, _DEMO_ACTION = "Ferrywright help centre", "mailto:support@ferrywright.example"
_INDEX = "# {name}\n\nSearch for what you see: an error message, or what you tried to do.\n"


@click.command()
@click.argument("folder", default=".", type=click.Path(file_okay=False, path_type=Path))
@click.option("--demo", is_flag=True, help="Bring the bundled help desk: tickets and product docs.")
def init(folder: Path, demo: bool) -> None:
    """Make a workspace in FOLDER: beside its mkdocs.yml, or with a new one.

    Nothing that is there is overwritten.
    """
    name = _DEMO_NAME if demo else folder.resolve().name
    action = json.dumps(_DEMO_ACTION if demo else "")
    docs = _docs_of(folder / "mkdocs.yml")
    if demo:
        _bring(folder)
    made = [
        path
        for path, text in (
            (folder / "kb.toml", _TOML.format(docs=json.dumps(docs))),
            (folder / "mkdocs.yml", _MKDOCS.format(name=name, action=action)),
            (folder / docs / "index.md", _INDEX.format(name=name)),
            (folder / ".kb" / ".gitignore", "*\n"),
            (
                folder / "tickets" / ".gitignore",
                "# raw tickets never go into git\n*\n!.gitignore\n",
            ),
        )
        if _new(path, text)
    ]
    _secret(folder / ".kb" / "secret")
    for below in (f"{docs}/articles", f"{docs}/drafts", "tickets"):
        (folder / below).mkdir(parents=True, exist_ok=True)
    for path in made:
        out.line(str(path))
    if "docworthy" not in (folder / "mkdocs.yml").read_text(encoding="utf-8"):
        out.say("mkdocs.yml: the docworthy plugin is not in it. Add it below plugins:, then build.")
    out.say("Next: put exports into tickets/, then kb pull.")


def _docs_of(path: Path) -> str:
    """Return the `docs_dir` of an mkdocs.yml, which may hold tags that only MkDocs can read."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    found = re.search(r"(?m)^docs_dir:\s*[\"']?([^\"'#\n]+)", text)
    return found.group(1).strip() if found else "docs"


def _new(path: Path, text: str) -> bool:
    if path.exists():
        return False
    write(path, text)
    return True


def _secret(path: Path) -> None:
    if not path.exists():
        write(path, secrets.token_hex(32) + "\n")
        path.chmod(0o600)


def _bring(folder: Path) -> None:
    """Copy the bundled tickets and docs; what is there already is left."""
    bundled = Path(str(files("kb.helpdesk")))
    for part in ("docs", "tickets"):
        for source in sorted((bundled / part).rglob("*.*")):
            target = folder / source.relative_to(bundled)
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)


@click.command()
@json_option
@click.pass_context
def doctor(context: click.Context, as_json: bool) -> None:
    """Look at everything the loop stands on, and say what to mend."""
    results = _each_once([_result(name, look) for name, look in _LOOKS.items()])
    if as_json:
        out.data("doctor", checks=[{"check": n, "ok": ok, "says": says} for n, ok, says in results])
    else:
        out.table([("ok" if ok else "MEND", name, says) for name, ok, says in results])
    context.exit(0 if all(ok for _, ok, _ in results) else 1)


def _each_once(results: list[tuple[str, bool, str]]) -> list[tuple[str, bool, str]]:
    """Say what is wrong where it is first met; what also stands on it points there."""
    first = dict[str, str]()
    return [
        (name, ok, says if ok or first.setdefault(says, name) == name else f"see {first[says]}")
        for name, ok, says in results
    ]


def _result(name: str, look: Callable[[], str]) -> tuple[str, bool, str]:
    try:
        return name, True, look()
    except KbError as error:
        return name, False, str(error)


def _look_workspace() -> str:
    return str(open_workspace().config.root)


def _look_key() -> str:
    config = open_workspace().config
    identities.read(config.state, config.secret())
    return "is there, and fits the customers' hashes"


def _look_store() -> str:
    """An empty store beside the one of before is one that nothing was copied into."""
    workspace = open_workspace()
    with workspace.store() as store:
        tickets, events = sum(1 for _ in store.tickets.all()), store.events.count()
    before = workspace.config.state / "store.sqlite3"
    is_other = before.exists() and workspace.config.database != f"sqlite:///{before}"
    if is_other and not (tickets or events):
        todo = "Take KB_DATABASE or measure.database away, then kb copy --to the new one"
        raise KbError("store", f"it is empty, and {before} is read no more", todo)
    return f"{out.number(tickets, 'ticket')}, {out.number(events, 'event')}"


def _look_outbox() -> str:
    """Letters that nobody sends, or that somebody has to decide about, are to be mended."""
    with open_workspace().store() as store:
        letters = store.outbox.letters(LetterState.WAITING, LetterState.DEAD)
    at = int(now().timestamp())
    dead = [one for one in letters if one.state is LetterState.DEAD]
    late = [one for one in letters if one not in dead and one.due <= at - LATE_SECONDS]
    told = [*_told("dead", dead, at), *_told("late", late, at)]
    if told:
        todo = "See kb outbox: retry or drop what is dead, and let kb outbox send run every few minutes"
        raise KbError("outbox", ", ".join(told), todo)
    return f"{out.number(len(letters), 'letter')} waiting, none late or dead"


def _look_source() -> str:
    workspace = open_workspace()
    with workspace.store() as store:
        dead = store.tickets.dead_letters(workspace.config.source.name)
    if dead:
        raise KbError(
            "source", out.number(len(dead), "dead letter"), "See kb pull: mend or drop them"
        )
    return "no dead letters"


def _look_collector() -> str:
    """Readers' silence is either nobody's visit or nobody's ear: only a canary knows."""
    workspace = open_workspace()
    if not workspace.config.site.service:
        return "none: site.service is empty, and the site sends nothing"
    with workspace.store() as store:
        last = store.watching.last_event()
    live = any(one.state is State.PUBLISHED for one in workspace.library.articles())
    ago = f"{_days(now() - last)}" if last else ""
    if live and (last is None or now() - last > SILENT):
        what = f"nothing arrived for {ago}" if last else "nothing has ever arrived"
        raise KbError("collector", what, "Run kb canary beside kb serve: it says what is deaf")
    return f"the last event came {ago} ago" if last else "no event yet, and no article is live"


def _days(age: timedelta) -> str:
    whole = max(timedelta(0), age)
    return out.number(whole.days, "day") if whole.days else out.number(whole // _HOUR, "hour")


def _told(state: str, letters: Sequence[Posted], at: int) -> Iterator[str]:
    if letters:
        places = ", ".join(sorted({one.letter.destination for one in letters}))
        age = timedelta(seconds=at - min(one.kept for one in letters))
        yield f"{len(letters)} for {places} {state}, the oldest put {_days(age)} ago"


def _look_library() -> str:
    workspace = open_workspace()
    count = len(workspace.library.articles())
    failing = [one for one in audit(workspace.library, workspace.steps().verify) if not one.holds]
    if failing:
        what = f"{out.number(len(failing), 'page')} without an approval that holds"
        raise KbError("articles/", what, "See kb audit; the next build refuses the site")
    return f"{out.number(count, 'article')}, each page's approval holds"


def _look_site() -> str:
    path = open_workspace().config.root / "mkdocs.yml"
    if not path.exists() or "docworthy" not in path.read_text(encoding="utf-8"):
        raise KbError(path, "the docworthy plugin is not in it", "Add it below plugins:")
    return "mkdocs.yml has the plugin"


def _look_redaction() -> str:
    prove()
    return f"finds each of {len(PROBES)} probes, rules {RULES_VERSION}"


def _look_git() -> str:
    if shutil.which("git") is None:
        raise KbError("git", "it is not installed", "Install it, or pass --as to every command")
    return f"Python {sys.version.split()[0]}, git is there"


_LOOKS: dict[str, Callable[[], str]] = {
    "workspace": _look_workspace,
    "key": _look_key,
    "store": _look_store,
    "source": _look_source,
    "collector": _look_collector,
    "outbox": _look_outbox,
    "library": _look_library,
    "site": _look_site,
    "redaction": _look_redaction,
    "machine": _look_git,
}
