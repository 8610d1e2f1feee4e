"""Says which articles tell the same in other languages, and how each language names itself."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mkdocs_docworthy.cards import Card

_TAG = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")
_FORMS = {2: str.upper, 4: str.title}
"""How parts of a tag are written, by their length: regions and scripts (RFC 5646, 2.1.1)."""
_NAMES = {
    "ar": "العربية",
    "bg": "Български",
    "ca": "Català",
    "cs": "Čeština",
    "da": "Dansk",
    "de": "Deutsch",
    "el": "Ελληνικά",
    "en": "English",
    "es": "Español",
    "et": "Eesti",
    "fa": "فارسی",
    "fi": "Suomi",
    "fr": "Français",
    "he": "עברית",
    "hi": "हिन्दी",
    "hr": "Hrvatski",
    "hu": "Magyar",
    "id": "Bahasa Indonesia",
    "it": "Italiano",
    "ja": "日本語",
    "ko": "한국어",
    "lt": "Lietuvių",
    "lv": "Latviešu",
    "nb": "Norsk bokmål",
    "nl": "Nederlands",
    "no": "Norsk",
    "pl": "Polski",
    "pt": "Português",
    "ro": "Română",
    "ru": "Русский",
    "sk": "Slovenčina",
    "sl": "Slovenščina",
    "sr": "Српски",
    "sv": "Svenska",
    "th": "ไทย",
    "tr": "Türkçe",
    "uk": "Українська",
    "vi": "Tiếng Việt",
    "zh": "中文",
    "zh-Hans": "简体中文",
    "zh-Hant": "繁體中文",
    "zh-CN": "简体中文",
    "zh-TW": "繁體中文",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """One language in which an article can be read.

    Attributes:
        lang: Language tag (BCP 47), e.g. `pt-BR`.
        name: What the language calls itself.
        path: Source path of the article.
    """

    lang: str
    name: str
    path: str


def groups(cards: Iterable[Card]) -> dict[str, tuple[Card, ...]]:
    """Return, by id, the articles that translate each other, itself included; no loners.

    A `translation_of` that names none of `cards` joins nothing. Within a group the originals
    come first.
    """
    live = {card.id: card for card in cards}
    joined = dict[str, frozenset[str]]()
    for card in live.values():
        if card.translation_of and card.translation_of in live:
            pair = (card.id, card.translation_of)
            both = frozenset(pair).union(*(joined.get(one, ()) for one in pair))
            joined |= dict.fromkeys(both, both)
    return {
        one: tuple(sorted((live[other] for other in ids), key=_originals_first))
        for one, ids in joined.items()
        if len(ids) > 1
    }


def languages(card: Card, group: Iterable[Card]) -> tuple[Translation, ...]:
    """Return one page a language, by tag: the article itself for its own, the first for others.

    There are none where no other language is left, or the article's own `lang` is no tag.
    """
    found: dict[str, Card] = {}
    for one in (card, *group):
        found.setdefault(tag_of(one.lang), one)
    rows = tuple(
        Translation(lang=tag, name=name_of(tag), path=one.path)
        for tag, one in sorted(found.items())
        if tag
    )
    return rows if len(rows) > 1 and tag_of(card.lang) else ()


def tag_of(lang: str) -> str:
    """Return a language tag as it is commonly written, `""` for what is none.

    >>> tag_of("PT_br"), tag_of("zh-hans"), tag_of("Deutsch!")
    ('pt-BR', 'zh-Hans', '')
    """
    if not _TAG.fullmatch(lang):
        return ""
    first, *rest = re.split("[-_]", lang.lower())
    return "-".join((first, *(_FORMS.get(len(part), str)(part) for part in rest)))


def name_of(tag: str) -> str:
    """Return what a language calls itself; the tag where we do not know.

    >>> name_of("pt-BR"), name_of("zh-Hant"), name_of("tlh")
    ('Português (BR)', '繁體中文', 'tlh')
    """
    first, _, rest = tag.partition("-")
    if tag in _NAMES or first not in _NAMES:
        return _NAMES.get(tag, tag)
    return f"{_NAMES[first]} ({rest})"


def _originals_first(card: Card) -> tuple[bool, str]:
    return bool(card.translation_of), card.id
