"""Asks a person what becomes of one ticket: one key a decision."""

import sys
from collections.abc import Container
from dataclasses import dataclass, replace

import click

from kb.capture.drafting import draft_id
from kb.capture.matching import Match
from kb.capture.solution import solution
from kb.capture.triage import Decision, Outcome, percent, problem
from kb.cli import out
from kb.tickets.ticket import Ticket

_KEYS = {"n": Outcome.NEW, "u": Outcome.UPDATE, "k": Outcome.KNOWN, "d": Outcome.DECLINED}
_REASONS = {
    "r": "not reusable: it helps nobody else",
    "e": "not enough evidence: nobody says that it worked",
    "b": "product defect",
}
_SHOWN = 240
_WORTH_SHOWING = 0.3
"""Likeness under which the nearest page has little to do with the ticket."""


class Back(Exception):  # noqa: N818 (no error: the person's wish)
    """The person wants the ticket before once more."""


class Quit(Exception):  # noqa: N818
    """The person has had enough; what is decided stays decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One ticket to decide.

    Attributes:
        pages: The ids that a ticket can be linked to.
    """

    ticket: Ticket
    proposal: Decision
    nearest: Match | None
    pages: Container[str]

    def ask(self) -> Decision | None:
        """Show the ticket and wait for a key; None leaves it for later.

        Raises:
            Back: The ticket before is wanted once more.
            Quit: No more tickets are wanted.
        """
        self._show()
        while True:
            key = _key("  [Enter] take it, [n]ew [u]pdate [k]nown [d]ecline, "
                       "[o]pen [s]kip [z] back [q]uit")  # fmt: skip
            if key == "z":
                raise Back
            if key in ("q", "\x03", "\x04"):
                raise Quit
            if key == "s":
                return None
            if key == "o":
                self._open()
            elif key == "":
                return replace(self.proposal, confidence=1.0)
            elif key in _KEYS:
                return self._decided(_KEYS[key])

    def _show(self) -> None:
        proposal = self.proposal
        out.say(f"\n{self.ticket.key}  {self.ticket.subject}")
        told = " ".join(problem(self.ticket).split("\n")[1:])
        if told:
            out.say(f"  {_short(told)}")
        out.say(f"  -> {proposal.outcome} ({proposal.confidence:.0%}): {proposal.reason}")
        near = self.nearest
        if (
            near is not None
            and near.likeness >= _WORTH_SHOWING
            and near.page not in proposal.reason
        ):
            out.say(f"  nearest: {near.page} ({percent(near.likeness)}: {', '.join(near.why)})")

    def _open(self) -> None:
        """Show the whole thread, the likeliest answer marked."""
        found = solution(self.ticket).message
        for message in self.ticket.messages:
            mark = "  <- the answer" if message is found else ""
            note = "" if message.public else " (internal note)"
            out.say(f"\n  {message.role}{note}, {message.created_at:%Y-%m-%d %H:%M}{mark}")
            for line in message.body.splitlines():
                out.say(f"    {line}")

    def _decided(self, outcome: Outcome) -> Decision | None:
        chosen = replace(self.proposal, outcome=outcome, confidence=1.0)
        if outcome is self.proposal.outcome:
            return chosen
        if outcome is Outcome.NEW:
            reason = f"worth an article (proposed was {self.proposal.outcome})"
            return replace(chosen, article=draft_id(self.ticket), reason=reason)
        if outcome is Outcome.DECLINED:
            return replace(chosen, article="", reason=_reason())
        page = self._page()
        told = "answers it" if outcome is Outcome.KNOWN else "lacks what solved it"
        return replace(chosen, article=page, reason=f"{page} {told}")

    def _page(self) -> str:
        """Ask which page; Enter takes the nearest one."""
        proposed = self.proposal.article
        near = self.nearest
        names = [proposed, near.page] if near and near.likeness >= _WORTH_SHOWING else [proposed]
        default = next((one for one in names if one in self.pages), None)
        while True:
            page = click.prompt("  which page", default=default, err=True).strip()
            if page in self.pages:
                return str(page)
            out.say(f"  no page is called {page}; kb search finds its id")


def _reason() -> str:
    """Ask why it is declined; a defect is linked to its bug."""
    while True:
        key = _key("  why: not [r]eusable, not enough [e]vidence, product [b]ug, [o]ther")
        if key == "b":
            bug = click.prompt("  link to the bug", default="", show_default=False, err=True)
            return f"product defect: {bug.strip()}" if bug.strip() else _REASONS["b"]
        if key == "o":
            return str(click.prompt("  why", err=True)).strip()
        if key in _REASONS:
            return _REASONS[key]


def _key(question: str) -> str:
    """Return one key, lower case, `""` for Enter; where nobody sits at a terminal, one line."""
    if sys.stdin.isatty():
        click.echo(f"{question} ", err=True, nl=False)
        key = click.getchar()
        click.echo(key if key.isprintable() else "", err=True)
    else:
        key = click.prompt(question, default="", show_default=False, err=True)
    return key.strip().lower()[:1] if key not in ("\x03", "\x04") else key


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1].rsplit(" ", 1)[0] + "…"
