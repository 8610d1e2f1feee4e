"""From drafts to pages: `kb publish`."""

from collections.abc import Sequence

import click

from kb.articles.approval import is_approved
from kb.articles.article import State, Verb
from kb.cli import out
from kb.cli.steps import take_all
from kb.cli.workspace import (
    Workspace,
    as_id,
    as_option,
    dry_option,
    json_option,
    open_workspace,
    who,
)
from kb.errors import KbError


@click.command()
@click.argument("ids", nargs=-1, type=as_id)
@as_option
@dry_option
@json_option
def publish(ids: tuple[str, ...], person: str, dry_run: bool, as_json: bool) -> None:
    """Move every approved article (or the named ones) into docs/articles/.

    The live page of a revision stays up until here. What is published already is left alone, and
    an article that cannot go out does not keep the others back.
    """
    workspace, by = open_workspace(), who(person)
    with workspace.store(alone=not dry_run):
        if not dry_run:
            workspace.library.settle()
        ready, broken = (ids, ()) if ids else _ready(workspace)
        walk = take_all(workspace, ready, Verb.PUBLISH, by=by, dry=dry_run, broken=broken)
    gone = [step.article.id for step in walk.taken if step.moved]
    if as_json:
        already = [step.article.id for step in walk.taken if not step.moved]
        refused = [{"where": e.where, "what": e.what, "todo": e.todo} for e in walk.refused]
        out.data("publish", published=gone, already=already, refused=refused, dry_run=dry_run)
    else:
        for step in walk.taken:
            out.line(f"articles/{step.article.id}/{'' if step.moved else '  already'}")
        out.say(f"{len(gone)} {'would be ' if dry_run else ''}published{_next(gone, ready)}")
    walk.end()


def _next(gone: Sequence[str], ready: Sequence[str]) -> str:
    """Return what comes then: a site that nobody hears counts nothing."""
    if gone:
        return "; run mkdocs build, and kb canary when the site is out"
    return "" if ready else "; no approved article waits: see kb review"


def _ready(workspace: Workspace) -> tuple[tuple[str, ...], tuple[KbError, ...]]:
    """Return the ids of what is approved, and what cannot be read."""
    shelf, verify = workspace.library.shelf(), workspace.steps().verify
    waits = (a for a in shelf.articles if a.state is State.IN_REVIEW)
    return tuple(a.id for a in waits if is_approved(a, verify)), shelf.broken
