"""From drafts to pages: `kb check` and `kb publish`."""

import click

from kb.articles.approval import is_approved
from kb.articles.article import Article, State, Verb
from kb.articles.standard import Violation
from kb.cli import out
from kb.cli.steps import take_all, violations
from kb.cli.workspace import Workspace, as_option, dry_option, json_option, open_workspace, who


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


@click.command()
@click.argument("ids", nargs=-1)
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
        ready = ids or _ready(workspace)
        walk = take_all(workspace, ready, Verb.PUBLISH, by=by, dry=dry_run)
    gone = [step.article.id for step in walk.taken if step.moved]
    if as_json:
        already = [step.article.id for step in walk.taken if not step.moved]
        refused = [{"where": e.where, "what": e.what, "todo": e.todo} for e in walk.refused]
        out.data("publish", published=gone, already=already, refused=refused, dry_run=dry_run)
    else:
        for step in walk.taken:
            out.line(f"articles/{step.article.id}/{'' if step.moved else '  already'}")
        out.say(f"{len(gone)} {'would be ' if dry_run else ''}published; run mkdocs build")
    walk.end()


def _ready(workspace: Workspace) -> tuple[str, ...]:
    articles = workspace.library.articles()
    return tuple(a.id for a in articles if a.state is State.IN_REVIEW and is_approved(a))
