"""The guard at the door: finds what must not go on and puts a readable placeholder in its place."""

from dataclasses import dataclass, replace
from typing import Protocol

from kb.redaction.encoded import find_encoded, readings
from kb.redaction.japanese import find_japanese
from kb.redaction.known import lookout, lookout_for_domains, stands
from kb.redaction.model import find_by_model, load
from kb.redaction.scan import PLACEHOLDER, masked, scan, scan_secrets
from kb.redaction.spans import Rewriting, merged, rewritten
from kb.redaction.text import NOBODY, Entity, Finding, Known, Placeholders, Redaction, SafeText
from kb.redaction.views import View, plain_view

ROUNDS = 6
"""How often a rewritten text is read again; the second reading nearly always finds nothing."""
NEARBY = 300
"""How many characters around a placeholder are read again, up to whole lines."""
WORTHWHILE = 0.75
"""Up to this share of the text its surroundings are read first, and the whole only if they show something."""
BY_LOOKS = frozenset((Entity.PERSON, Entity.ORGANISATION, Entity.HOST, Entity.USERNAME))
"""What a vendor's product or host may be mistaken for."""


SHORT, MOST = 60, 4000
"""How many characters a text may have, and how many such texts there may be, to be remembered."""
CLEAN: set[str] = set()
"""Short texts in which rules found nothing: tags and fields that nearly every ticket has.

What something was found in is never kept: it would stay in memory.
"""


class Own(Protocol):
    """What a workspace says of its own, as `kb.config` reads it."""

    @property
    def words(self) -> tuple[str, ...]:
        """Always redacted."""

    @property
    def allow(self) -> tuple[str, ...]:
        """Never redacted."""

    @property
    def people(self) -> bool:
        """Whether a language model looks for names as well."""


@dataclass(frozen=True, slots=True)
class Redactor:
    """Finds and replaces secrets, identities and known words.

    Attributes:
        words: The workspace's own private words.
        allow: What this workspace lets stand, compared without case; known fields win over it.
        people: Whether a language model looks for people's names as well.

    Raises:
        ConfigError: `people` is asked for, and the extra of that name is not installed.
    """

    words: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    people: bool = False

    def __post_init__(self) -> None:
        if self.people:
            load()

    @classmethod
    def of(cls, own: Own) -> "Redactor":
        """Return the redactor that a workspace asks for."""
        return cls(words=own.words, allow=own.allow, people=own.people)

    def redact(
        self, text: str, known: Known = NOBODY, placeholders: Placeholders | None = None
    ) -> Redaction:
        """Return the text that may go on; offsets of the findings are the input's.

        Redacting the result again, with the same `known`, changes nothing.
        """
        findings = self.find(text, known)
        if not findings:
            return Redaction(text=SafeText(text), findings=())
        names = Placeholders() if placeholders is None else placeholders
        _reserve(text, names)
        for _ in range(ROUNDS):
            trial = rewritten(text, findings, names.copy())
            more = self._read_again(trial, known)
            if not more:
                break
            findings = merged([*findings, *(_brought_back(one, trial) for one in more)])
        return Redaction(text=SafeText(rewritten(text, findings, names).text), findings=findings)

    def _read_again(self, trial: Rewriting, known: Known) -> tuple[Finding, ...]:
        """Return what a rewritten text still shows; what stands far from any placeholder is as it was."""
        changed = trial.surroundings(NEARBY)
        if len(changed) < len(trial.text) * WORTHWHILE and not self.find(changed, known):
            return ()
        return self.find(trial.text, known)

    def redact_field(
        self, name: str, value: str, known: Known = NOBODY, placeholders: Placeholders | None = None
    ) -> Redaction:
        """Return a field's value as it may go on; its name tells a version from an address."""
        before = f"{name}: "
        whole = self.redact(before + value, known, placeholders)
        if not whole.text.startswith(before):
            return self.redact(value, known, placeholders)
        at = len(before)
        moved = (replace(one, start=one.start - at, end=one.end - at) for one in whole.findings)
        return Redaction(text=SafeText(whole.text[at:]), findings=tuple(moved))

    def find(self, text: str, known: Known = NOBODY) -> tuple[Finding, ...]:
        """Return what must not go on, in order and without overlaps."""
        view = masked(plain_view(text))
        look = lookout(known, self.words)
        if text in CLEAN and not self.people:
            return merged(look.find(text, view))
        found = [*scan(text, view), *scan_secrets(text, view), *find_japanese(text, view)]
        found.extend(find_encoded(text, view, look, found))
        if self.people:
            found.extend(find_by_model(text, view))
        elif not found:
            _remember(text, view)
        if self.allow:
            allowed = {one.casefold() for one in self.allow}
            found = [one for one in found if text[one.start : one.end].casefold() not in allowed]
        if known.ours:
            found = [one for one in found if not _ours(one, text, known)]
        found.extend(lookout_for_domains(_domains(text, found, known)).find(text, view))
        found.extend(look.find(text, view))
        return merged(found)


def _remember(text: str, view: View) -> None:
    """Keep a short text in mind that no rule finds anything in, read in whatever way."""
    if len(text) <= SHORT and "\n" not in text and not readings(view):
        if len(CLEAN) >= MOST:
            CLEAN.clear()
        CLEAN.add(text)


def _ours(one: Finding, text: str, known: Known) -> bool:
    """Return whether a rule that goes by looks took the vendor's own name for a customer's."""
    return one.entity in BY_LOOKS and stands(text[one.start : one.end], known.ours)


def _domains(text: str, found: list[Finding], known: Known) -> tuple[str, ...]:
    """Return the domains of the e-mail addresses found; their hosts are somebody's, too."""
    mails = (text[one.start : one.end] for one in found if one.recognizer == "email")
    domains = {mail.rpartition("@")[2].lower() for mail in mails}
    return tuple(sorted(one for one in domains if not stands(one, known.ours)))[:50]


def _reserve(text: str, names: Placeholders) -> None:
    """Keep new placeholders apart from those that the text already holds."""
    if "<" in text:
        seen = plain_view(text).seen
        for found in PLACEHOLDER.each(seen):
            names.reserve(seen[slice(*found[1])].decode("ascii"))


def _brought_back(finding: Finding, trial: Rewriting) -> Finding:
    start, end = trial.original(finding.start, finding.end)
    return replace(finding, start=start, end=end)
