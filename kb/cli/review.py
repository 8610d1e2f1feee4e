"""`kb review`: what waits, and the verbs of an article's life."""

from typing import Any

import click

from kb.articles.approval import Verify, is_approved
from kb.articles.article import Article, State, Verb
from kb.articles.steps import Step
from kb.cli import out
from kb.cli.pull_requests import github_reviews
from kb.cli.steps import Walk, take_all
from kb.cli.workspace import Workspace, as_id, as_option, json_option, now, open_workspace, who
from kb.config import Config
from kb.errors import KbError
from kb.service.queue import LOOK_BACK, Waiting, in_order, waiting, waits
from kb.service.serve import address_of
from kb.service.session import new_link

_NEXT = {
    State.DRAFT: "write, then kb review submit",
    State.IN_REVIEW: "read, then kb review approve",
}

_THEN = {
    Verb.SUBMIT: "another person reads it, then kb review approve",
    Verb.APPROVE: "approved; kb publish",
    Verb.WITHDRAW: "not approved by you any more",
    Verb.SEND_BACK: "back with its writers",
    Verb.FLAG: "flagged; it stays up and comes first in kb review",
    Verb.RESOLVE: "no longer flagged",
    Verb.VERIFY: "verified today",
    Verb.ARCHIVE: "off the site with the next mkdocs build",
    Verb.SUPERSEDE: "off the site with the next mkdocs build",
}
"""What a step means for whoever took it, beside the state, which says no more than where it lies."""


@click.group(cls=out.Commands, invoke_without_command=True)
@click.option(
    "--link", is_flag=True, help="Print a link to the reviewers' page of a running kb serve."
)
@json_option
@click.pass_context
def review(context: click.Context, link: bool, as_json: bool) -> None:
    """List what waits for review; submit, read, approve or send back.

    Nobody approves what they wrote, edited or submitted, and one changed byte voids an approval.
    """
    if context.invoked_subcommand is not None:
        return
    workspace = open_workspace()
    if link:
        out.line(_link(workspace.config))
        out.say("It works once, within ten minutes, while kb serve runs.")
        return
    lines, broken = _queue(workspace)
    if as_json:
        verify = workspace.steps().verify
        rows = [{**_row(one.article, verify), "demand": one.demand, "days": one.days}
                for one in lines]  # fmt: skip
        out.data("review", articles=rows)
    else:
        out.table([_told(one) for one in lines])
        out.say(f"{len(lines)} wait, those that most people need first")
    Walk(taken=(), refused=broken).end()


def _queue(workspace: Workspace) -> tuple[tuple[Waiting, ...], tuple[KbError, ...]]:
    """Return what waits, in the order of the reviewers' page, and what cannot be read."""
    at, verify, shelf = now(), workspace.steps().verify, workspace.library.shelf()
    with workspace.store() as store:
        events = store.events.all(since=at - LOOK_BACK)
    lines = (
        waiting(article, at, violations=(), events=events, verify=verify)
        for article in shelf.articles
        if waits(article)
    )
    return in_order(lines), shelf.broken


def _told(line: Waiting) -> tuple[str, ...]:
    article = line.article
    state = "flagged" if line.is_flagged else str(article.state)
    people, days = f"{line.demand} waiting", f"{line.days} d"
    return state, article.id, people, days, article.title, _next(line)


def _link(config: Config) -> str:
    token = new_link(config.secret(), now())
    return f"{address_of(config.service.host, config.service.port)}/team/enter?token={token}&to=/team/review"


def _row(article: Article, verify: Verify | None) -> dict[str, Any]:
    return {
        "id": article.id,
        "title": article.title,
        "state": article.state,
        "approved": is_approved(article, verify),
        "tickets": list(article.tickets),
    }


def _next(line: Waiting) -> str:
    if line.is_flagged:
        return "mend it, then kb review resolve"
    return "kb publish" if line.approved else _NEXT[line.article.state]


@review.command()
@click.argument("article_id", type=as_id)
@json_option
def show(article_id: str, as_json: bool) -> None:
    """Show an article with the evidence of each sentence, and its violations."""
    workspace = open_workspace()
    article = workspace.library.find(article_id)
    evidence = workspace.library.evidence(article_id)
    steps = workspace.steps()
    wrong = steps.look(article)
    if as_json:
        rows = [{"section": e.section, "sentence": e.sentence, "ticket": e.ticket,
                 "message": e.message, "start": e.start, "end": e.end} for e in evidence]  # fmt: skip
        out.data("article", **_row(article, steps.verify), sections=dict(article.sections), evidence=rows,
                 violations=[v.rule for v in wrong])  # fmt: skip
        return
    out.line(f"# {article.title}\n")
    for name, text in article.sections:
        out.line(f"## {name}\n\n{text}\n")
    out.table([(e.section, f"{e.ticket}#{e.message}", e.sentence[:90]) for e in evidence])
    for one in wrong:
        out.say(f"{'blocks' if one.blocking else 'advice'}: {one.what}. {one.todo}.")


@review.command()
@click.argument("ids", nargs=-1, required=True, type=as_id)
@as_option
def submit(ids: tuple[str, ...], person: str) -> None:
    """Hand drafts in for review; what changed since the draft is recorded as your edit."""
    _move_all(ids, Verb.SUBMIT, who(person), "")


@review.command()
@click.argument("ids", nargs=-1, required=True, type=as_id)
@as_option
def approve(ids: tuple[str, ...], person: str) -> None:
    """Approve articles exactly as they are now. You must not have written or edited them."""
    _move_all(ids, Verb.APPROVE, who(person), "")


@review.command()
@click.argument("ids", nargs=-1, required=True, type=as_id)
@as_option
def withdraw(ids: tuple[str, ...], person: str) -> None:
    """Take your approval of articles back, as long as they are not published."""
    _move_all(ids, Verb.WITHDRAW, who(person), "")


@review.command(name="send-back")
@click.argument("ids", nargs=-1, required=True, type=as_id)
@click.option("--note", required=True, help="What is missing.")
@as_option
def send_back(ids: tuple[str, ...], note: str, person: str) -> None:
    """Give articles back to their writers, with a note."""
    _move_all(ids, Verb.SEND_BACK, who(person), note)


@review.command()
@click.argument("ids", nargs=-1, required=True, type=as_id)
@click.option("--note", default="", help="Why.")
@as_option
def archive(ids: tuple[str, ...], note: str, person: str) -> None:
    """Take published articles off the site; they stay in the library."""
    _move_all(ids, Verb.ARCHIVE, who(person), note)


@review.command()
@click.argument("ids", nargs=-1, required=True, type=as_id)
@click.option("--note", required=True, help="What is wrong.")
@as_option
def flag(ids: tuple[str, ...], note: str, person: str) -> None:
    """Say that published articles are wrong; they stay up and come first in the queue."""
    _move_all(ids, Verb.FLAG, who(person), note)


@review.command()
@click.argument("ids", nargs=-1, required=True, type=as_id)
@click.option("--note", required=True, help="What was done about it.")
@as_option
def resolve(ids: tuple[str, ...], note: str, person: str) -> None:
    """Close the flags of published articles, and say how."""
    _move_all(ids, Verb.RESOLVE, who(person), note)


@review.command()
@click.argument("ids", nargs=-1, required=True, type=as_id)
@click.option("--tried", "note", required=True, help="What you did, and on what.")
@as_option
def verify(ids: tuple[str, ...], note: str, person: str) -> None:
    """Say that published articles are still true, because you tried it; this is never automatic."""
    _move_all(ids, Verb.VERIFY, who(person), note)


@review.command()
@click.argument("article_id", type=as_id)
@click.option(
    "--by-article", "other", required=True, type=as_id, help="Id of the article that replaces it."
)
@as_option
def supersede(article_id: str, other: str, person: str) -> None:
    """Take a published article off the site for good and send its readers to another."""
    _move_all((article_id,), Verb.SUPERSEDE, who(person), other)


review.add_command(github_reviews)


def _move_all(ids: tuple[str, ...], verb: Verb, by: str, note: str) -> None:
    workspace = open_workspace()
    with workspace.store(alone=True):
        steps = take_all(workspace, ids, verb, by=by, note=note)
        verify = workspace.steps().verify
        for step in steps.taken:
            then = _then(step, verb, verify) if step.moved else "already"
            out.line(f"{step.article.id}  {step.article.state}  {then}".rstrip())
    steps.end()


def _then(step: Step, verb: Verb, verify: Verify | None) -> str:
    """Return what comes after the step, for whoever took it."""
    if verb is Verb.APPROVE and not is_approved(step.article, verify):
        return "approved; it needs one more person"
    return _THEN.get(verb, "")
