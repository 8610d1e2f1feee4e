"""The configuration: `kb.toml` and the environment, read once into one frozen `Config`."""

from kb.config.reading import find_root, load
from kb.config.sections import (
    SECTIONS,
    Config,
    Drafting,
    Feedback,
    Form,
    Measure,
    Paging,
    RedactionWords,
    Review,
    Search,
    Service,
    Site,
    Source,
    Triage,
)

__all__ = [
    "SECTIONS",
    "Config",
    "Drafting",
    "Feedback",
    "Form",
    "Measure",
    "Paging",
    "RedactionWords",
    "Review",
    "Search",
    "Service",
    "Site",
    "Source",
    "Triage",
    "find_root",
    "load",
]
