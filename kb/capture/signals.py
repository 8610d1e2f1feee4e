"""What speaks for each message of a thread being the one that solved it, as named numbers."""

import json
import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from kb.capture.language import languages
from kb.tickets.ticket import Message, Role

Signals = dict[str, float]
Pairs = frozenset[tuple[str, ...]]
_TOKEN = re.compile(r"[\w']+|[?!]")
_QUOTE = re.compile(r"(?m)^>.*$|^.{1,60} (?:said|wrote):?\s*$")
_QUOTES = (">", "said", "wrote")
_STEP = re.compile(r"(?m)^[^\S\n]*(?:\d+[.)]|[-*•])\s")
_APART = {n: " " for n in range(128) if not (chr(n).isalnum() or chr(n) in "_'?!")}
_HEAVY = bytes(n if chr(n).isalnum() and n < 128 else 32 for n in range(256))
_READ, _LONG = 1_500, 4
_CONFIRMS = -0.6
LEXICONS = ("requester", "reply", "answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How much each signal and each word counts; fitted by `scripts/benches/capture_fit.py`.

    Attributes:
        signals: Weight of each signal: the message with the highest sum is the likeliest.
        solved: Weight of each sign that the thread as a whole is solved.
        words: For each lexicon its intercept, under `""`, and the weight of words and pairs:
            `requester` (tells the solution), `reply` (confirms the answer before), `answer`.
        pairs: The pairs among these words.
    """

    signals: Mapping[str, float]
    solved: Mapping[str, float]
    words: Mapping[str, Mapping[str, float]]
    pairs: Pairs


@cache
def weights() -> Weights:
    """Return the weights that come with this version."""
    path = Path(__file__).with_name("solution.json")
    raw = json.loads(path.read_text(encoding="utf-8"))
    words = raw["words"]
    known = {tuple(gram.split(" ")) for lexicon in words.values() for gram in lexicon}
    pairs = frozenset(one for one in known if one[1:])
    return Weights(signals=raw["signals"], solved=raw["solved"], words=words, pairs=pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message as the signals see it."""

    asks: bool
    author: str
    agent: bool
    text: str
    grams: frozenset[str]
    heavy: frozenset[bytes]
    questions: int
    quotes: bool
    told: float
    confirms: float
    answers: float


def grams(text: str, language: str, known: Pairs | None = None) -> frozenset[str]:
    """Return the words and pairs of words of a text, foreign ones by their English meaning.

    Args:
        known: The only pairs that matter; None for all.
    """
    meaning = languages()[language].meaning
    if language == "ja":
        text = " ".join([text, *(m for word, m in meaning.items() if word in text)])
    words = _words(text[:_READ].lower().replace("\u2019", "'"))
    if meaning:
        words = [meaning.get(word, word) for word in words]
    pairs = frozenset(pairwise(words)) if known is None else known.intersection(pairwise(words))
    return frozenset(words).union(map(" ".join, pairs))


def _words(text: str) -> list[str]:
    """Return words and marks of what is in small letters; plain English is cut letter by letter, sooner."""
    if not text.isascii():
        return _TOKEN.findall(text)
    return text.replace("?", " ? ").replace("!", " ! ").translate(_APART).split()


def _heavy(text: str) -> frozenset[bytes]:
    """Return the plain letters and digits that stand four and more together."""
    runs = text.encode("ascii", "replace").translate(_HEAVY).split()
    return frozenset({run for run in runs if len(run) >= _LONG})


def said(
    message: Message,
    language: str,
    words: Mapping[str, Mapping[str, float]],
    pairs: Pairs | None = None,
) -> Said:
    """Read one message."""
    text: str = message.body
    if any(mark in text for mark in _QUOTES):
        text = _QUOTE.sub(" ", text)
    found = grams(text, language, pairs)
    asks = message.role is Role.REQUESTER
    return Said(
        asks=asks,
        author=message.author,
        agent=message.role is Role.AGENT,
        text=text,
        grams=found,
        heavy=_heavy(text.lower()),
        questions=text.count("?"),
        quotes=len(text) < len(message.body) - 5,
        told=_sum(found, words["requester"]) if asks else 0.0,
        confirms=_sum(found, words["reply"]) if asks else 0.0,
        answers=0.0 if asks else _sum(found, words["answer"]),
    )


def _sum(found: frozenset[str], lexicon: Mapping[str, float]) -> float:
    if not lexicon:
        return 0.0
    return lexicon[""] + math.fsum(filter(None, map(lexicon.get, found)))


def of_thread(thread: tuple[Said, ...]) -> tuple[Signals, ...]:
    """Return the signals of each message after the first."""
    asked = [i for i in range(1, len(thread)) if thread[i].asks]
    helped = [i for i in range(1, len(thread)) if not thread[i].asks]
    confirmed = next((i for i in asked if thread[i].confirms > _CONFIRMS), len(thread))
    turn = max((i for i in helped if i < confirmed), default=-1)
    out: list[Signals] = []
    before = thread[0].heavy
    longest = max((len(thread[i].text) for i in helped), default=0)
    counts = Counter(thread[i].author for i in helped)
    for i in range(1, len(thread)):
        one = thread[i]
        own = asked if one.asks else helped
        names = _FORM_ASKS if one.asks else _FORM_HELPS
        found = dict(zip(names, _form(thread, i, own, before), strict=True))
        if one.asks:
            found |= _requester(thread, i, helped, asked)
            found |= {"R_turn": float(i == confirmed), "R_after": float(i > confirmed)}
        else:
            found |= {
                "H_agent": float(one.agent),
                "H_longest": float(len(one.text) == longest),
                "H_most": counts[one.author] / len(helped),
                "H_turn": float(i == turn and confirmed < len(thread)),
                "H_after": float(i > confirmed),
                "H_words": one.answers,
                "H_words_long": one.answers * _length(one),
            } | _reply(thread, i, asked, helped)
        out.append(found)
        before |= one.heavy
    return tuple(out)


def _length(one: Said) -> float:
    return math.log1p(len(one.text)) / 5


_FORM = (
    "bias", "first", "last", "only", "opens", "ends", "from_start", "from_end", "length", "length2",
    "short", "asks", "ends_asking", "link", "steps", "code", "quotes", "fresh", "after_own",
    "before_own",
)  # fmt: skip
_FORM_ASKS, _FORM_HELPS = (tuple(f"{side}_{name}" for name in _FORM) for side in "RH")


def _form(
    thread: tuple[Said, ...], i: int, own: list[int], before: frozenset[bytes]
) -> tuple[float, ...]:
    """Position and shape, as `_FORM` names them: the same for whoever wrote it."""
    one, length = thread[i], _length(thread[i])
    return (
        1.0,
        float(i == own[0]),
        float(i == own[-1]),
        float(len(own) == 1),
        float(i == 1),
        float(i == len(thread) - 1),
        math.log(i),
        math.log1p(len(thread) - 1 - i),
        length,
        length * length,
        float(len(one.text) < 60),
        min(one.questions, 3) / 3,
        float(one.text.rstrip().endswith("?")),
        float("http" in one.text),
        float(bool(_STEP.search(one.text))),
        float("`" in one.text),
        float(one.quotes),
        min(len(one.heavy - before), 60) / 30,
        float(thread[i - 1].author == one.author),
        float(i + 1 < len(thread) and thread[i + 1].author == one.author),
    )


def _requester(thread: tuple[Said, ...], i: int, helped: list[int], asked: list[int]) -> Signals:
    later = next((j for j in asked if j > i), None)
    return {
        "R_alone": float(not any(j < i for j in helped)),
        "R_answered": float(any(j > i for j in helped)),
        "R_last_word": float(i == asked[-1] and not any(j > i for j in helped)),
        "R_next_answer": next((thread[j].answers for j in helped if j > i), -3.0),
        "R_asks_later": float(later is not None and thread[later].questions > 0),
        "R_words": thread[i].told,
        "R_words_long": thread[i].told * _length(thread[i]),
        "R_confirms": thread[i].confirms,
        "R_confirms_long": thread[i].confirms * _length(thread[i]),
    }


def _reply(thread: tuple[Said, ...], i: int, asked: list[int], helped: list[int]) -> Signals:
    """What the requester wrote next."""
    one, j = thread[i], next((j for j in asked if j > i), None)
    if j is None:
        return {"N_none": 1.0}
    reply = thread[j]
    glad = [thread[k] for k in asked if k > i and thread[k].confirms > _CONFIRMS]
    named = frozenset().union(*(k.heavy for k in glad)) if glad else frozenset[bytes]()
    return {
        "N_words": reply.confirms,
        "N_words_told": reply.confirms * reply.told,
        "N_words_answer": reply.confirms * one.answers,
        "N_told": reply.told,
        "N_gap": float(j - i - 1),
        "N_asks": float(reply.questions > 0),
        "N_ends_asking": float(reply.text.rstrip().endswith("?")),
        "N_short": float(len(reply.text) < 100),
        "N_long": float(len(reply.text) > 500),
        "N_ends": float(j == len(thread) - 1),
        "N_last": float(j == asked[-1]),
        "N_named": min(len((one.heavy & named) - thread[0].heavy), 8) / 4,
        "N_best": max(thread[k].confirms for k in asked if k > i),
    }


def of_end(thread: tuple[Said, ...], scores: list[float]) -> Signals:
    """Return the signs that the thread as a whole is solved."""
    asked = [one for one in thread[1:] if one.asks]
    helped = [one for one in thread[1:] if not one.asks]
    total = math.log(sum(math.exp(score) for score in scores)) if scores else 0.0
    last = thread[-1]
    return {
        "bias": 1.0,
        "total": total,
        "sure": math.exp(max(scores) - total) if scores else 0.0,
        "silent": float(not asked),
        "unhelped": float(not helped),
        "last_asks": float(last.questions > 0),
        "last_is_requester": float(last.asks),
        "confirms": max((one.confirms for one in asked), default=-3.0),
        "last_confirms": asked[-1].confirms if asked else -3.0,
        "told": max((one.told for one in asked), default=-3.0),
        "last_told": asked[-1].told if asked else -3.0,
        "answers": max((one.answers for one in helped), default=-3.0),
        "messages": math.log(len(thread)),
    }
