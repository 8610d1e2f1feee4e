"""Tells a first answer that helps from one that only says that somebody is there."""

import re

_EMPTY = re.compile(
    r"(thank(s| you)[^.!?\n]*[.!?\n]|"
    r"(we|i)('re| are|'m| am) (on it|looking into (it|this|that)|investigating)[^.!?\n]*[.!?\n]?|"
    r"(we|i)('ve| have) (received|got) your[^.!?\n]*[.!?\n]?|"
    r"(we|i|someone|somebody|a colleague)('ll| will) (get back|be in touch|come back|keep you"
    r"|let you know|update you|look into|take a look|help you)[^.!?\n]*[.!?\n]?|"
    r"please (bear with|be patient|stand by|hold on)[^.!?\n]*[.!?\n]?|"
    r"(sorry|apologi[sz]e)[^.!?\n]*[.!?\n]?|"
    r"^(hi|hello|hey|dear)\b[^\n,!.]*[\n,!.])",
    re.IGNORECASE | re.MULTILINE,
)
_DONE_OR_WILL = re.compile(
    r"\b((i|we)('ve| have)? (just )?(checked|looked|tested|tried|reproduced|found|read|changed|"
    r"fixed|raised|asked|filed|reset|extended|enabled|disabled|moved|confirmed|compared|restarted|"
    r"increased|saw|see|can see|went through)|(i|we)('ll| will| am going to| are going to) \w+|"
    r"means|because|caused by|comes from|due to|happens (when|if)|known (issue|bug)|"
    r"(is|was|has been) (fixed|changed|caused|closed|expected|a bug)|changed|on its way|"
    r"reads?|says?|needs?|expects?|runs?|looks like|the (reason|cause) is)\b",
    re.IGNORECASE,
)
_NEXT = re.compile(
    r"(\?|`|^[^\S\n]*(\d+[.)]|[-*]) |\b(please )?(set|run|try|add|remove|check|send|use|open|upgrade|"
    r"restart|install|change|put|move|delete|replace|tell|give|point|turn|update|export|copy|see|"
    r"make|do|have)\b (?!you)|\b(next|then|once|until|after that|by (tomorrow|monday|tuesday|"
    r"wednesday|thursday|friday|the end)|on its way|ships? (in|with)|release)\b)",
    re.IGNORECASE | re.MULTILINE,
)
_CONCRETE = re.compile(r"`|\w\d|\d\w|\w[._/:=]\w|\w/|<[a-z]|\b[A-Z]{3,}\b|\b[a-z]+[A-Z]\w*")
_FEWEST_WORDS = 6


def is_thoughtful(body: str) -> bool:
    """Say whether an answer tells what was or will be done, and a next step.

    The rule of a support team that worked this way: a first response summarises the
    troubleshooting that was done or will be, and the next steps; "we are on it" is none
    (`(done OR will do) AND next step`; acknowledgements and bots never count).

    It reads English phrases, after courtesies are taken out: something done, found, explained or
    promised, and a question, an instruction or what happens next. One of both is enough where the
    answer names the thing itself (a command, a setting, a code, a version): nobody writes that
    without having looked. It is a rule of thumb; judge a sample by hand before you hold anybody
    to it.
    """
    said = _EMPTY.sub(" ", body)
    if len(said.split()) < _FEWEST_WORDS:
        return False
    done, following = bool(_DONE_OR_WILL.search(said)), bool(_NEXT.search(said))
    return (done and following) or ((done or following) and bool(_CONCRETE.search(said)))
