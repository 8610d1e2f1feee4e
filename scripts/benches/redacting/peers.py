"""Who is measured: this project, Presidio as it comes, detect-secrets as it comes."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from kb.errors import ConfigError
from kb.redaction import Redactor
from redacting.scoring import Find, Spans

PRESIDIO = {
    "PERSON": "person", "EMAIL_ADDRESS": "email", "PHONE_NUMBER": "phone", "IP_ADDRESS": "ip",
    "LOCATION": "address", "URL": "host", "CREDIT_CARD": "card", "IBAN_CODE": "iban",
    "US_SSN": "national-id", "US_DRIVER_LICENSE": "national-id", "US_PASSPORT": "national-id",
    "UK_NHS": "national-id", "US_ITIN": "national-id", "MAC_ADDRESS": "mac", "CRYPTO": "secret",
}  # fmt: skip
"""What Presidio's entities are called here; the others keep their names."""


@dataclass(frozen=True, slots=True)
class Finder:
    """One column of the tables.

    Attributes:
        name: Its heading.
        find: Returns what it finds in a text.
        looks_for: The entities that it has recognizers for; None for all.
        slow: Whether it is given a sample of each set only.
    """

    name: str
    find: Find
    looks_for: frozenset[str] | None = None
    slow: bool = False


def ours() -> Finder:
    """Return this project's finder."""
    redactor = Redactor()

    def find(text: str) -> Spans:
        return [(one.start, one.end, one.entity.value) for one in redactor.find(text)]

    return Finder("docworthy", find)


def with_model() -> Finder | None:
    """Return this project's finder with the extra `people`, if that is installed."""
    try:
        redactor = Redactor(people=True)
    except ConfigError:
        return None

    def find(text: str) -> Spans:
        return [(one.start, one.end, one.entity.value) for one in redactor.find(text)]

    return Finder("docworthy[people]", find, slow=True)


def presidio() -> Finder | None:
    """Return Presidio's default English set-up, if it and a model are installed."""
    try:
        import spacy.util
        import tldextract
        from presidio_analyzer import AnalyzerEngine
        from presidio_analyzer.nlp_engine import NlpEngineProvider

        model = next(name for name in spacy.util.get_installed_models() if name.startswith("en_"))
    except (ImportError, StopIteration):
        return None
    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=())
    models = [{"lang_code": "en", "model_name": model}]
    provider = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": models})
    engine = AnalyzerEngine(nlp_engine=provider.create_engine())

    def find(text: str) -> Spans:
        found = engine.analyze(text, language="en")
        return [
            (one.start, one.end, PRESIDIO.get(one.entity_type, one.entity_type)) for one in found
        ]

    return Finder("presidio", find, frozenset(PRESIDIO.values()) - {"secret"}, slow=True)


def detect_secrets() -> Finder | None:
    """Return detect-secrets with its default plugins and filters, if installed."""
    try:
        from detect_secrets.core.scan import scan_file
        from detect_secrets.settings import default_settings
    except ImportError:
        return None
    path = Path(tempfile.mkdtemp()) / "text.txt"

    def find(text: str) -> Spans:
        path.write_text(text, encoding="utf-8", errors="replace")
        spans: Spans = []
        with default_settings():
            for one in scan_file(str(path)):
                start = max(0, text.find(one.secret_value or ""))
                spans.append((start, start + len(one.secret_value or " "), "secret"))
        return spans

    return Finder("detect-secrets", find, frozenset(("secret",)))
