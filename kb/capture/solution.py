"""Finds the message that solved a ticket, and whether the thread itself says that it is solved."""

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from kb.capture.language import detect
from kb.capture.signals import Said, Weights, of_end, of_thread, said, weights
from kb.capture.thread import Form, denies, units
from kb.tickets.ticket import Message, Role, Satisfaction, Status, Ticket

_SURE = 0.5
_GLAD = -1.2
"""Log odds from which a reply is said to confirm the answer before it."""
_READ = 200
"""Of a longer thread only the last so many messages are weighed."""
_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """The message that solved the ticket.

    Attributes:
        message: The one that solved it; unconfirmed, the likeliest one, if any.
        confirmed: Whether somebody says that it worked; without, nothing may be drafted.
        why: What says so, or what is missing.
        confidence: From 0 to 1, that `confirmed` is as it is said.
    """

    message: Message | None
    confirmed: bool
    why: str
    confidence: float


@lru_cache(maxsize=4)
def solution(ticket: Ticket) -> Solution:
    """Find the message that solved the ticket, and who says so.

    The source's own mark counts first. Otherwise each message after the first is weighed by its
    place, its form, its words and the requester's next reply, with weights fitted on threads whose
    answer is known; and the thread as a whole by whether its end reads like that of a solved one.
    """
    messages = ticket.public_messages[:1] + ticket.public_messages[1:][-_READ:]
    marked = next((message for message in messages if message.accepted), None)
    if marked is not None:
        return Solution(
            message=marked, confirmed=True, why="the source marks it accepted", confidence=0.95
        )
    fitted = weights()
    language = detect(" ".join(message.body for message in messages[:2]))
    thread = tuple(said(message, language, fitted.words, fitted.pairs) for message in messages)
    scores = [_sum(one, fitted.signals) for one in of_thread(thread)]
    place = max(range(len(scores)), key=scores.__getitem__) + 1 if scores else 0
    answer = messages[place] if place else None
    if ticket.status is Status.OPEN:
        return Solution(
            message=answer, confirmed=False, why="the ticket is still open", confidence=0.9
        )
    if answer is None or not _has_substance(messages, place):
        return Solution(
            message=answer, confirmed=False, why="there is no answer in it", confidence=0.9
        )
    solved = 1 / (1 + math.exp(-_sum(of_end(thread, scores), fitted.solved)))
    return _judged(ticket, answer, _Case(thread, place, solved), fitted)


@dataclass(frozen=True, slots=True)
class _Case:
    thread: tuple[Said, ...]
    place: int
    solved: float


def _sum(signals: dict[str, float], by: object) -> float:
    get = by.get  # type: ignore[attr-defined]
    return float(sum([get(name, 0.0) * value for name, value in signals.items()]))


def _judged(ticket: Ticket, answer: Message, case: _Case, fitted: Weights) -> Solution:
    """Confirmed or not, by the requester's words after it, the rating, or the thread as a whole."""
    reply = _reply(ticket, answer)
    if case.solved >= _SURE and (reply is None or not denies(reply)):
        why = _why(case, fitted)
        return Solution(message=answer, confirmed=True, why=why, confidence=_told(case.solved))
    if ticket.satisfaction is Satisfaction.GOOD:
        return Solution(
            message=answer, confirmed=True, why="the requester rated it good", confidence=0.65
        )
    return Solution(
        message=answer,
        confirmed=False,
        why="nobody says that anything worked",
        confidence=_told(1 - case.solved),
    )


def _told(chance: float) -> float:
    return round(min(0.95, max(0.05, chance)), 2)


def _reply(ticket: Ticket, answer: Message) -> Message | None:
    """Return the requester's last word after the answer."""
    messages = ticket.public_messages
    after = messages[messages.index(answer) + 1 :]
    return next((m for m in reversed(after) if m.role is Role.REQUESTER), None)


def _why(case: _Case, fitted: Weights) -> str:
    thread, place = case.thread, case.place
    if thread[place].asks:
        return f"the requester tells what worked{_quoted(thread[place], fitted, 'requester')}"
    glad = max((one for one in thread[place + 1 :] if one.asks), key=_confirms, default=None)
    if glad is not None and glad.confirms > _GLAD:
        return f"the requester says that it worked{_quoted(glad, fitted, 'reply')}"
    return "the thread ends like a solved one, though nobody says so in so many words"


def _confirms(one: Said) -> float:
    return one.confirms


def _quoted(one: Said, fitted: Weights, lexicon: str) -> str:
    """Return the words that weighed most, for a reader to check."""
    weighed = ((fitted.words[lexicon].get(gram, 0.0), gram) for gram in one.grams)
    best = sorted((w for w in weighed if w[0] > 0.2 and _WORD.search(w[1])), reverse=True)[:2]
    words = " and ".join(f'"{gram}"' for _, gram in best)
    return f" ({words})" if words else ""


def _has_substance(messages: tuple[Message, ...], place: int) -> bool:
    """Say whether anybody but a bot answered, or the requester told something new."""
    if messages[place].role is not Role.REQUESTER:
        return True
    found = units(messages[place])
    return (
        any(unit.form is not Form.SENTENCE for unit in found)
        or sum(len(unit.text) for unit in found if "?" not in unit.text) >= 12
    )
