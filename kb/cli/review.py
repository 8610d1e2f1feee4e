"""From drafts to pages: `kb check`, `kb review`, `kb publish`."""

from typing import Any

import click

from kb.articles.approval import is_approved
from kb.articles.article import Article, State, Verb
from kb.articles.lifecycle import move
from kb.articles.residue import residue
from kb.articles.standard import Violation
from kb.articles.standard import check as standard
from kb.cli import out
from kb.cli.workspace import Workspace, as_option, dry_option, json_option, now, open_workspace, who
from kb.errors import GateError

_ROLES = {
    State.DRAFT: "write, then kb review submit",
    State.IN_REVIEW: "read, then kb review approve",
}


def violations(workspace: Workspace, article: Article) -> tuple[Violation, ...]:
    """Return everything wrong with the article: the standard, and what must not go out."""
    return (*residue(article, workspace.redactor), *standard(article))


@click.command()
@click.argument("ids", nargs=-1)
@json_option
@click.pass_context
def check(context: click.Context, ids: tuple[str, ...], as_json: bool) -> None:
    """Show every violation of the content standard at once, and every file that cannot be read.

    Ends with 1 when something blocks.
    """
    workspace = open_workspace()
    shelf = workspace.library.shelf()
    chosen = [a for a in shelf.articles if not ids or a.id in ids]
    found = [(article, one) for article in chosen for one in violations(workspace, article)]
    blocking = sum(one.blocking for _, one in found) + len(shelf.broken)
    if as_json:
        rows = [{"article": a.id, "state": a.state, "rule": v.rule, "what": v.what,
                 "todo": v.todo, "blocking": v.blocking} for a, v in found]  # fmt: skip
        out.data("check", violations=rows, broken=[str(error) for error in shelf.broken],
                 articles=len(chosen), blocking=blocking)  # fmt: skip
    else:
        _tell_check(workspace, found, [str(error) for error in shelf.broken])
    context.exit(1 if blocking else 0)


def _tell_check(
    workspace: Workspace, found: list[tuple[Article, Violation]], broken: list[str]
) -> None:
    for message in broken:
        out.line(message)
    for article, one in found:
        place = workspace.library.path(article).relative_to(workspace.config.root)
        kind = "blocks" if one.blocking else "advice"
        out.line(f"{place}: {one.what} ({one.rule}, {kind}). {one.todo}.")
    out.say(f"{len(found) + len(broken)} violations")


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def review(context: click.Context, as_json: bool) -> None:
    """List what waits for review; submit, read, approve or send back.

    Nobody approves what they wrote, edited or submitted, and one changed byte voids an approval.
    """
    if context.invoked_subcommand is not None:
        return
    articles = [a for a in open_workspace().library.articles() if a.state in _ROLES]
    ordered = sorted(articles, key=lambda a: (-len(a.tickets), a.id))
    if as_json:
        out.data("review", articles=[_row(article) for article in ordered])
        return
    out.table([(a.state, a.id, a.title, _next(a)) for a in ordered])
    out.say(f"{len(ordered)} wait")


def _row(article: Article) -> dict[str, Any]:
    return {
        "id": article.id,
        "title": article.title,
        "state": article.state,
        "approved": is_approved(article),
        "tickets": list(article.tickets),
    }


def _next(article: Article) -> str:
    return "kb publish" if is_approved(article) else _ROLES[article.state]


@review.command()
@click.argument("article_id")
@json_option
def show(article_id: str, as_json: bool) -> None:
    """Show an article with the evidence of each sentence, and its violations."""
    workspace = open_workspace()
    article = workspace.library.find(article_id)
    evidence = workspace.library.evidence(article_id)
    wrong = violations(workspace, article)
    if as_json:
        rows = [{"section": e.section, "sentence": e.sentence, "ticket": e.ticket,
                 "message": e.message, "start": e.start, "end": e.end} for e in evidence]  # fmt: skip
        out.data("article", **_row(article), sections=dict(article.sections), evidence=rows,
                 violations=[v.rule for v in wrong])  # fmt: skip
        return
    out.line(f"# {article.title}\n")
    for name, text in article.sections:
        out.line(f"## {name}\n\n{text}\n")
    out.table([(e.section, f"{e.ticket}#{e.message}", e.sentence[:90]) for e in evidence])
    for one in wrong:
        out.say(f"{'blocks' if one.blocking else 'advice'}: {one.what}. {one.todo}.")


@review.command()
@click.argument("ids", nargs=-1, required=True)
@as_option
def submit(ids: tuple[str, ...], person: str) -> None:
    """Hand drafts in for review; what changed since the draft is recorded as your edit."""
    _move_all(ids, Verb.SUBMIT, who(person), "")


@review.command()
@click.argument("ids", nargs=-1, required=True)
@as_option
def approve(ids: tuple[str, ...], person: str) -> None:
    """Approve articles exactly as they are now. You must not have written or edited them."""
    _move_all(ids, Verb.APPROVE, who(person), "")


@review.command(name="send-back")
@click.argument("ids", nargs=-1, required=True)
@click.option("--note", required=True, help="What is missing.")
@as_option
def send_back(ids: tuple[str, ...], note: str, person: str) -> None:
    """Give articles back to their writers, with a note."""
    _move_all(ids, Verb.SEND_BACK, who(person), note)


@review.command()
@click.argument("ids", nargs=-1, required=True)
@click.option("--note", default="", help="Why.")
@as_option
def archive(ids: tuple[str, ...], note: str, person: str) -> None:
    """Take published articles off the site; they stay in the library."""
    _move_all(ids, Verb.ARCHIVE, who(person), note)


def _move_all(ids: tuple[str, ...], verb: Verb, by: str, note: str) -> None:
    workspace = open_workspace()
    with workspace.store(alone=True):
        for article_id in ids:
            article = workspace.library.find(article_id, *_from(verb))
            if verb in (Verb.SUBMIT, Verb.APPROVE):
                _gate(workspace, article)
            moved = move(article, verb, by=by, at=now(), note=note)
            workspace.library.save(moved)
            out.line(f"{article_id}  {moved.state}")


def _from(verb: Verb) -> tuple[State, ...]:
    return (State.PUBLISHED,) if verb is Verb.ARCHIVE else (State.DRAFT, State.IN_REVIEW)


def _gate(workspace: Workspace, article: Article) -> None:
    blocking = [one for one in violations(workspace, article) if one.blocking]
    if blocking:
        raise GateError(
            article.id,
            "; ".join(f"{one.what} ({one.rule})" for one in blocking),
            f"Mend {workspace.library.path(article).name}, then run kb check",
        )


@click.command()
@click.argument("ids", nargs=-1)
@as_option
@dry_option
@json_option
def publish(ids: tuple[str, ...], person: str, dry_run: bool, as_json: bool) -> None:
    """Move every approved article (or the named ones) into docs/articles/.

    The live page of a revision stays up until here.
    """
    workspace, by = open_workspace(), who(person)
    with workspace.store(alone=not dry_run):
        if not dry_run:
            workspace.library.settle()
        ready = _ready(workspace, ids)
        for article in ready:
            _gate(workspace, article)
            moved = move(article, Verb.PUBLISH, by=by, at=now())
            if not dry_run:
                workspace.library.save(moved)
    if as_json:
        out.data("publish", published=[article.id for article in ready], dry_run=dry_run)
        return
    for article in ready:
        out.line(f"articles/{article.id}/")
    out.say(f"{len(ready)} {'would be ' if dry_run else ''}published; run mkdocs build")


def _ready(workspace: Workspace, ids: tuple[str, ...]) -> list[Article]:
    if ids:
        return [workspace.library.find(one, State.IN_REVIEW) for one in ids]
    articles = workspace.library.articles()
    return [a for a in articles if a.state is State.IN_REVIEW and is_approved(a)]
