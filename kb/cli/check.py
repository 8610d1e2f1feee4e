"""Looks at everything that may go out: `kb check`, over articles, by hand, and over git."""

import contextlib
import sys
from pathlib import Path

import click

from kb.articles.article import Article, State, Verb
from kb.articles.lifecycle import move
from kb.articles.residue import Residual, redacted_too, residuals, settle
from kb.articles.settled import Verdict
from kb.articles.standard import Violation
from kb.cli import out
from kb.cli.workspace import Workspace, as_id, as_option, json_option, now, open_workspace, who
from kb.errors import ArticleError, GateError, KbError
from kb.gates import git, settling
from kb.gates.objects import Layout, refused
from kb.service.steps import keep

_KEYS = {"r": Verdict.SENSITIVE, "n": Verdict.HARMLESS}


@click.command()
@click.argument("ids", nargs=-1, type=as_id)
@click.option("--settle", is_flag=True, help="Settle what is found, one key each: r, n or s.")
@click.option(
    "--git",
    "span",
    is_flag=False,
    flag_value="",
    default=None,
    metavar="[RANGE]",
    help="Look at every object to be pushed: of RANGE, or what the upstream has not; - for a hook.",
)
@click.option("--all", "everything", is_flag=True, help="With --git: every object there is.")
@as_option
@json_option
@click.pass_context
def check(
    context: click.Context,
    ids: tuple[str, ...],
    settle: bool,
    span: str | None,
    everything: bool,
    person: str,
    as_json: bool,
) -> None:
    """Show every violation of the content standard at once, and every file that cannot be read.

    Ends with 1 when something blocks.
    """
    workspace = open_workspace()
    if span is not None or everything:
        blocking = _check_git(workspace, span or "", everything, as_json)
    elif settle:
        blocking = _settle_all(workspace, ids, who(person))
    else:
        blocking = _check_articles(workspace, ids, as_json)
    context.exit(1 if blocking else 0)


def _check_articles(workspace: Workspace, ids: tuple[str, ...], as_json: bool) -> int:
    shelf, look = workspace.library.shelf(), workspace.steps().look
    chosen = [a for a in shelf.articles if not ids or a.id in ids]
    _hold_names(workspace, ids)
    found = [(article, one) for article in chosen for one in look(article)]
    blocking = sum(one.blocking for _, one in found) + len(shelf.broken)
    if as_json:
        rows = [{"article": a.id, "state": a.state, "rule": v.rule, "what": v.what,
                 "todo": v.todo, "blocking": v.blocking} for a, v in found]  # fmt: skip
        out.data("check", violations=rows, broken=[str(error) for error in shelf.broken],
                 articles=len(chosen), blocking=blocking)  # fmt: skip
    else:
        _tell_check(workspace, found, [str(error) for error in shelf.broken])
    return blocking


def _hold_names(workspace: Workspace, ids: tuple[str, ...]) -> None:
    """Refuse a name that nothing has: "no violations" of nothing would be believed.

    Raises:
        LifecycleError: There is no such article.
    """
    for one in ids:
        with contextlib.suppress(ArticleError):  # told with the others that cannot be read
            workspace.library.find(one)


def _tell_check(
    workspace: Workspace, found: list[tuple[Article, Violation]], broken: list[str]
) -> None:
    for message in broken:
        out.line(message)
    for article, one in found:
        place = workspace.library.path(article).relative_to(workspace.config.root)
        kind = "blocks" if one.blocking else "advice"
        out.line(f"{place}: {one.what} ({one.rule}, {kind}). {one.todo}.")
    blocking = sum(one.blocking for _, one in found) + len(broken)
    out.say(f"{out.number(len(found) + len(broken), 'violation')}, {blocking or 'none'} blocking")


def _settle_all(workspace: Workspace, ids: tuple[str, ...], by: str) -> int:
    """Ask about each finding in turn, and return how many are left."""
    left = 0
    _hold_names(workspace, ids)
    with workspace.store(alone=True):
        for chosen in workspace.library.articles():
            if (ids and chosen.id not in ids) or chosen.state is State.ARCHIVED:
                continue
            left += _settle_one(workspace, chosen, by)
    out.say(f"{out.number(left, 'finding')} left")
    return left


def _settle_one(workspace: Workspace, article: Article, by: str) -> int:
    skipped, left = set[tuple[str, int, str]](), 0
    while True:
        found = residuals(article, workspace.redactor, workspace.settled)
        waiting = [one for one in found if _place(one) not in skipped]
        if not waiting:
            return left
        changed = _asked(workspace, article, waiting[0], by)
        if changed is None:
            skipped.add(_place(waiting[0]))
            left += 1
        else:
            article = changed


def _place(residual: Residual) -> tuple[str, int, str]:
    return residual.place, residual.finding.start, residual.finding.recognizer


def _asked(workspace: Workspace, article: Article, one: Residual, by: str) -> Article | None:
    """Ask about one finding, keep the answer, and return the article as it then is."""
    finding = one.finding
    out.say(f"\n{article.id}, {one.place}: may be {finding.label}")
    out.say(f"  {finding.recognizer}, {finding.confidence:.0%} sure")
    words = (" ".join(part.split()) for part in (one.before, one.value, one.after))
    out.say("  … {} ⟦{}⟧ {} …".format(*words))
    out.say("  [r]edact this too, [n]ot sensitive, [s]kip")
    verdict = _KEYS.get(_key().lower())
    if verdict is None:
        return None
    at, key = now(), workspace.config.secret()
    try:
        row = settle(one, verdict, article=article, key=key, by=by, at=at)
    except KbError as error:
        out.say(str(error))
        return None
    if verdict is Verdict.SENSITIVE:
        changed = redacted_too(article, one)
        article = move(changed, Verb.EDIT, by=by, at=at, note="redacted what was found")
        keep(workspace.config, article)
    settling.append(workspace.config.root, row)
    return article


def _key() -> str:
    """Return one key from a terminal, or the next line's first letter from anywhere else."""
    if sys.stdin.isatty():
        return click.getchar()
    line = sys.stdin.readline()
    return line.strip()[:1]


def _check_git(workspace: Workspace, span: str, everything: bool, as_json: bool) -> int:
    root, places = workspace.config.root, layout(workspace)
    errors = refused(_things(root, span, everything), places, workspace.judge())
    if as_json:
        rows = [{"where": e.where, "what": e.what, "todo": e.todo} for e in errors]
        out.data("check-git", refused=rows)
    else:
        _tell_git(errors)
    return len(errors)


def _things(root: Path, span: str, everything: bool) -> tuple[git.Thing, ...]:
    if everything:
        return git.everything(root)
    if span == "-":
        return git.pushed(root, sys.stdin)
    return git.outgoing(root, span)


def _tell_git(errors: list[GateError]) -> None:
    for error in errors:
        out.line(str(error))
    out.say(f"{len(errors)} reasons not to push" if errors else "Nothing keeps it from the push")


def layout(workspace: Workspace) -> Layout:
    """Return where docs and exports lie in the repository, for the gate over its objects."""
    config = workspace.config
    top = git.top(config.root)

    def inside(folder: Path) -> str:
        whole = folder.resolve()
        return whole.relative_to(top).as_posix() if whole.is_relative_to(top) else ""

    exports = inside(config.root / config.source.path) if config.source.kind == "files" else ""
    return Layout(docs=inside(config.docs), exports=exports)
