"""Takes an article away for good: `kb purge`, and what is left to do where it cannot reach."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from kb.articles.article import Article
from kb.capture.triage import Decision, Outcome
from kb.cli import out
from kb.cli.workspace import (
    Workspace,
    as_id,
    as_option,
    dry_option,
    json_option,
    now,
    open_workspace,
    who,
)
from kb.errors import LifecycleError, SourceError
from kb.gates import git
from kb.gates.purging import (
    KEPT,
    Traces,
    cleaned,
    mentioning,
    own_pages,
    rewrite,
    sources,
    take_away,
    traces_of,
)
from kb.search.placing import PLACE
from kb.search.shards import addresses, renew
from kb.store.purging import GONE, Rows

_SKIPPED = frozenset({".git", ".kb", ".venv", "node_modules"})
_LARGEST = 5_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What a purge takes away, what it rewrites, and what it cannot reach."""

    article_id: str
    tickets: tuple[str, ...]
    traces: Traces
    gone: tuple[Path, ...]
    derived: tuple[Path, ...]
    mended: tuple[Path, ...]
    left: tuple[str, ...]


@click.command()
@click.argument("article_id", metavar="ARTICLE", type=as_id)
@click.option("--site", default="site", metavar="FOLDER", help="The built site.")
@as_option
@dry_option
@json_option
def purge(article_id: str, site: str, person: str, dry_run: bool, as_json: bool) -> None:
    """Take an article away: page, draft, evidence, its place in every list and index, its rows.

    It says what is left to do in git and beyond, with the exact commands. The words of its tickets
    are blanked in the store; what happened and when still counts.
    """
    workspace, by = open_workspace(), who(person)
    with workspace.store(alone=not dry_run) as store:
        plan = _plan(workspace, article_id, workspace.config.root / site)
        addressed = addresses(workspace.config.state / "search")
        if dry_run:
            rows = store.purging.count(article_id, plan.tickets)
        else:
            rows = store.purging.purge(article_id, plan.tickets)
            for ticket in plan.tickets:
                store.decisions.append(_declined(ticket, by))
            _do(plan)
            _search_again(workspace, workspace.config.root / site, addressed)
    _tell(workspace, plan, rows, dry_run, as_json)


def _plan(workspace: Workspace, article_id: str, site: Path) -> _Plan:
    """Find everything of the article.

    Raises:
        LifecycleError: There is nothing of it anywhere.
    """
    config = workspace.config
    versions = [a for a in workspace.library.shelf().articles if a.id == article_id]
    traces = traces_of(article_id, versions)
    own = (*sources(config.docs, article_id), *own_pages(site, article_id))
    told = [path for path in mentioning(site, traces) if path not in own] if site.exists() else []
    kept = [path for path in told if cleaned(path, traces) is not None]
    held = tuple(mentioning(config.state, traces, KEPT))
    found = (*own, *(path for path in told if path not in kept), *held)
    if not (found or kept):
        raise LifecycleError(
            article_id, "nothing of such an article is here", "Run kb review to see what there is"
        )
    tickets = tuple(dict.fromkeys(ticket for one in versions for ticket in one.tickets))
    derived = _derived(config.state)
    left = tuple(_left(workspace, article_id, versions, traces, site))
    return _Plan(
        article_id=article_id, tickets=tickets, traces=traces,
        gone=tuple(dict.fromkeys(path for path in found if path not in derived)),
        derived=derived, mended=tuple(kept), left=left,
    )  # fmt: skip


def _derived(state: Path) -> tuple[Path, ...]:
    """Return every file of the caches and the index: each is made again, and none is searched for what it may hold."""
    folders = (state / "cache", state / "search")
    return tuple(path for folder in folders for path in folder.rglob("*") if path.is_file())


def _declined(ticket: str, by: str) -> Decision:
    """Return the decision that keeps the ticket from being written again."""
    return Decision(
        ticket=ticket, outcome=Outcome.DECLINED, reason=GONE, article="", confidence=1.0, by=by,
        at=now(),
    )  # fmt: skip


def _do(plan: _Plan) -> None:
    for path in (*plan.gone, *plan.derived):
        take_away(path)
    for path in plan.mended:
        rewrite(path, plan.traces)


def _search_again(workspace: Workspace, site: Path, addressed: Mapping[str, str]) -> None:
    """Make the index anew from what is left, and the built site's shards with it."""
    if addressed and (site / PLACE).is_dir():
        config = workspace.config
        folder, target = config.state / "search", site / PLACE
        renew(config.docs, folder, target, addressed, signers=config.signers)


def _left(
    workspace: Workspace,
    article_id: str,
    versions: list[Article],
    traces: Traces,
    site: Path,
) -> Iterator[str]:
    """Yield what a person still has to do, commands as they are typed."""
    yield "mkdocs build, then deploy; clear the CDN's cache and ask search engines to forget"
    for path in _mentions(workspace, article_id, traces, site):
        yield f"edit {path}: it tells of the article"
    tickets = sorted({ticket for one in versions for ticket in one.tickets})
    if tickets:
        yield f"mend {', '.join(tickets)} at the source: a change there brings its words in again"
    yield from _left_in_git(workspace, article_id)
    yield "write the backups of the store anew, or let them run out"


def _mentions(workspace: Workspace, article_id: str, traces: Traces, site: Path) -> Iterator[str]:
    root, own = workspace.config.root, set(sources(workspace.config.docs, article_id))
    for folder in sorted(root.iterdir()):
        if folder.name in _SKIPPED or folder == site:
            continue
        paths = mentioning(folder, traces) if folder.is_dir() else _itself(folder, traces)
        for path in paths:
            if path not in own and path.stat().st_size < _LARGEST:
                yield path.relative_to(root).as_posix()


def _itself(path: Path, traces: Traces) -> Iterator[Path]:
    if path.is_file() and traces.stand_in(path.read_bytes().decode("utf-8", "replace")):
        yield path


def _left_in_git(workspace: Workspace, article_id: str) -> Iterator[str]:
    root = workspace.config.root
    try:
        top = git.top(root)
        docs = workspace.config.docs.resolve().relative_to(top).as_posix()
        paths = [f"{docs}/articles/{article_id}.md", f"{docs}/drafts/{article_id}.md",
                 f"{docs}/.evidence/{article_id}.json"]  # fmt: skip
        commits = git.traces(top, paths)
    except (SourceError, ValueError):
        return
    if not commits:
        return
    held = out.number(len(commits), "commit")
    named = " ".join(f"--path {path}" for path in paths)
    yield f"git add -A && git commit -m 'Purge an article'  # {held} still hold{'s' * (len(commits) == 1)} it"
    yield f"git filter-repo --invert-paths {named}"
    yield "git push --force --all && git push --force --tags"
    yield "git reflog expire --expire=now --all && git gc --prune=now"
    yield "ask the forge to drop its caches and forks; everybody clones anew"


def _tell(workspace: Workspace, plan: _Plan, rows: Rows, dry_run: bool, as_json: bool) -> None:
    root = workspace.config.root
    gone = [path.relative_to(root).as_posix() for path in (*plan.gone, *plan.derived)]
    mended = [path.relative_to(root).as_posix() for path in plan.mended]
    if as_json:
        out.data(
            "purge", article=plan.article_id, removed=gone, rewritten=mended, dry_run=dry_run,
            rows={"tickets": rows.tickets, "decisions": rows.decisions, "events": rows.events},
            left=list(plan.left),
        )  # fmt: skip
        return
    for verb, paths in (("remove", gone[: len(plan.gone)]), ("rewrite", mended)):
        for path in paths:
            out.line(f"{verb}  {path}")
    if plan.derived:
        out.line(f"remove  {out.number(len(plan.derived), 'file')} of caches and index: made again")
    tickets = out.number(rows.tickets, "ticket")
    more = (out.number(rows.decisions, "decision"), out.number(rows.events, "event"))
    out.line(f"store   {tickets} blanked, {', '.join(more)}")
    out.say("Nothing was written." if dry_run else "It is gone from here. Left to do:")
    for step in plan.left:
        out.line(f"  {step}")
