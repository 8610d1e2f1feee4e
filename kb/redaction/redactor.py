"""The guard at the door: finds what must not go on and puts a readable placeholder in its place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from kb.errors import ConfigError
from kb.redaction.columns import in_columns
from kb.redaction.encoded import find_encoded, readings
from kb.redaction.japanese import find_japanese
from kb.redaction.known import lookout, lookout_for_domains, stands
from kb.redaction.model import find_by_model, load
from kb.redaction.scan import PLACEHOLDER, masked, scan, scan_secrets
from kb.redaction.spans import Rewriting, merged, rewritten
from kb.redaction.text import NOBODY, Entity, Finding, Known, Placeholders, Redaction, SafeText
from kb.redaction.together import Together, as_one, lots
from kb.redaction.views import plain_view

ROUNDS = 6
"""How often a rewritten text is read again; the second reading nearly always finds nothing."""
NEARBY = 200
"""How many characters around a placeholder are read again, up to whole words."""
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
            `*.firm.example` lets hosts stand at that domain and below it, and nothing else.
        people: Whether a language model looks for people's names as well.

    Raises:
        ConfigError: `people` is asked for, and the extra of that name is not installed; or a
            domain of `allow` is everybody's.
    """

    words: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    people: bool = False

    def __post_init__(self) -> None:
        for domain in allowed_domains(self.allow):
            if "." not in domain:
                what = f"*.{domain} would let hosts of everybody stand"
                raise ConfigError("redaction.allow", what, "Name your own domain")
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
        return self.redact_all([("", text)], known, placeholders)[0]

    def redact_all(
        self,
        texts: Sequence[tuple[str, str]],
        known: Known = NOBODY,
        placeholders: Placeholders | None = None,
    ) -> tuple[Redaction, ...]:
        """Return each of the texts as `redact` does, read together: a name in one is found in all.

        Args:
            texts: `(name, text)`: a field's name and its value, or `""` and any other text; the
                name tells a version from an address.
            known: What is known beforehand.
            placeholders: Those that were given already; one value has one in all the texts.
        """
        names = Placeholders() if placeholders is None else placeholders
        read = [f"{name}: {text}" if name else text for name, text in texts]
        found = self._settled(read, known)
        for text in found:
            _reserve(text, names)
        written = (_written(text, found[text], names) for text in read)
        return tuple(
            self._value(name, text, whole, known, names)
            for (name, text), whole in zip(texts, written, strict=True)
        )

    def _value(
        self, name: str, text: str, whole: Redaction, known: Known, names: Placeholders
    ) -> Redaction:
        """Return what a field's value became, read with its name, which may go on itself."""
        if not name:
            return whole
        before = f"{name}: "
        if not whole.text.startswith(before):
            return self.redact(text, known, names)
        at = len(before)
        moved = (replace(one, start=one.start - at, end=one.end - at) for one in whole.findings)
        return Redaction(text=SafeText(whole.text[at:]), findings=tuple(moved))

    def find(self, text: str, known: Known = NOBODY) -> tuple[Finding, ...]:
        """Return what must not go on, in order and without overlaps."""
        return self._find(Together.of(text), known)

    def find_all(self, texts: Iterable[str]) -> dict[str, tuple[Finding, ...]]:
        """Return what must not go on in each text, read together: a name in one is found in all."""
        found = dict[str, tuple[Finding, ...]]()
        for lot in lots(dict.fromkeys(texts)):
            found.update(zip(lot.texts, lot.told_apart(self._find(lot, NOBODY)), strict=True))
        return found

    def _allows(self, value: str, one: Finding) -> bool:
        """Return whether the workspace lets a value stand; only a host stands for its domain."""
        plain = value.casefold()
        if plain in {word.casefold() for word in self.allow}:
            return True
        if one.entity is not Entity.HOST:
            return False
        return any(f".{plain}".endswith(f".{own}") for own in allowed_domains(self.allow))

    def _settled(self, texts: Iterable[str], known: Known) -> dict[str, tuple[Finding, ...]]:
        """Return what is found in each text until nothing shows once they are rewritten."""
        settled: dict[str, tuple[Finding, ...]] = {}
        every = dict.fromkeys(texts)
        clean = [text for text in every if text in CLEAN]
        for lot in (*lots(clean), *lots(text for text in every if text not in CLEAN)):
            findings = self._find(lot, known)
            for _ in range(ROUNDS if findings else 0):
                trial = rewritten(lot.whole, findings, Placeholders())
                more = self._read_again(trial, known)
                if not more:
                    break
                findings = merged([*findings, *(_brought_back(one, trial) for one in more)])
            settled.update(zip(lot.texts, lot.told_apart(findings), strict=True))
        return settled

    def _read_again(self, trial: Rewriting, known: Known) -> tuple[Finding, ...]:
        """Return what a rewritten text still shows; what stands far from any placeholder is as it was."""
        changed = trial.surroundings(NEARBY)
        if len(changed) < len(trial.text) * WORTHWHILE and not self._find(as_one(changed), known):
            return ()
        return self._find(as_one(trial.text), known)

    def _find(self, lot: Together, known: Known) -> tuple[Finding, ...]:
        """Return what must not go on in texts that are read together."""
        text, view = lot.whole, masked(plain_view(lot.whole))
        look = lookout(known, self.words)
        if not self.people and CLEAN.issuperset(lot.texts):
            return merged(look.find(text, view))
        found = [*scan(text, view), *scan_secrets(text, view), *find_japanese(text, view)]
        found.extend(in_columns(text, view))
        found.extend(find_encoded(text, view, look, found))
        if self.people:
            found.extend(find_by_model(text, view))
        else:
            _remember(lot, found)
        if self.allow:
            found = [one for one in found if not self._allows(text[one.start : one.end], one)]
        if known.ours:
            found = [one for one in found if not _ours(one, text, known)]
        ours = (*known.ours, *allowed_domains(self.allow))
        for n, domains in _domains(lot, found, ours).items():
            found.extend(lookout_for_domains(domains).find(text, view, *lot.span(n)))
        found.extend(look.find(text, view))
        return merged(found)


def allowed_domains(allow: Iterable[str]) -> tuple[str, ...]:
    """Return the domains at and below which hosts stand: those that `*.` begins."""
    return tuple(one[2:].strip(".").casefold() for one in allow if one.startswith("*."))


def _remember(lot: Together, found: list[Finding]) -> None:
    """Keep the short texts in mind that no rule finds anything in, read in whatever way."""
    touched = {lot.number(one.start) for one in found}
    for n, text in enumerate(lot.texts):
        if n in touched or len(text) > SHORT or "\n" in text or "<" in text:
            continue
        if readings(plain_view(text)):
            continue
        if len(CLEAN) >= MOST:
            CLEAN.clear()
        CLEAN.add(text)


def _written(text: str, findings: tuple[Finding, ...], names: Placeholders) -> Redaction:
    """Return a text with a placeholder for each finding."""
    safe = rewritten(text, findings, names).text if findings else text
    return Redaction(text=SafeText(safe), findings=findings)


def _ours(one: Finding, text: str, known: Known) -> bool:
    """Return whether a rule that goes by looks took the vendor's own name for a customer's."""
    return one.entity in BY_LOOKS and stands(text[one.start : one.end], known.ours)


def _domains(
    lot: Together, found: list[Finding], ours: tuple[str, ...]
) -> dict[int, tuple[str, ...]]:
    """Return the domains of the e-mail addresses in each text; their hosts are somebody's, too."""
    told: dict[int, set[str]] = {}
    for one in found:
        if one.recognizer == "email":
            domain = lot.whole[one.start : one.end].rpartition("@")[2].lower()
            if not stands(domain, ours):
                told.setdefault(lot.number(one.start), set()).add(domain)
    return {n: tuple(sorted(domains)[:50]) for n, domains in told.items()}


def _reserve(text: str, names: Placeholders) -> None:
    """Keep new placeholders apart from those that the text already holds."""
    if "<" in text:
        seen = plain_view(text).seen
        for found in PLACEHOLDER.each(seen):
            names.reserve(seen[slice(*found[1])].decode("ascii"))


def _brought_back(finding: Finding, trial: Rewriting) -> Finding:
    start, end = trial.original(finding.start, finding.end)
    return replace(finding, start=start, end=end)
