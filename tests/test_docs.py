"""What exists is documented: every command, option, configuration key, event, rule and error."""

from dataclasses import fields
from pathlib import Path

import click
import pytest

from kb import errors
from kb.articles.standard import RULES
from kb.cli.main import cli
from kb.config import SECTIONS
from kb.measure.attempts import Outcome
from kb.measure.events import Kind

DOCS = Path(__file__).parent.parent / "docs"


def _commands(group: click.Group, prefix: str) -> list[tuple[str, click.Command]]:
    found: list[tuple[str, click.Command]] = []
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command
        found.append((f"{prefix} {name}", command))
        if isinstance(command, click.Group):
            found += _commands(command, f"{prefix} {name}")
    return found


def _page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "command"), _commands(cli, "kb"))
def test_commands_are_documented(name: str, command: click.Command) -> None:
    """Every command has its heading, and every option stands below it."""
    text = _page("commands.md").partition(f"# `{name}`\n")[2].partition("\n#")[0]
    options = [o for p in command.params if isinstance(p, click.Option) for o in p.opts]

    assert [] == [option for option in options if f"`{option}`" not in text]
    assert text


@pytest.mark.parametrize("section", SECTIONS)
def test_options_are_documented(section: str) -> None:
    """Every key of kb.toml stands in the table of options."""
    keys = [f"`{section}.{field.name}`" for field in fields(SECTIONS[section])]

    assert [] == [key for key in keys if key not in _page("configuration.md")]


def test_events_are_documented() -> None:
    """Every kind of event stands in the docs, and the script knows each of them."""
    assert [] == [kind for kind in Kind if f"`{kind}`" not in _page("events.md")]


def test_outcomes_are_documented() -> None:
    """Every end of an attempt stands in the docs."""
    assert [] == [one for one in Outcome if f"`{one}`" not in _page("team/metrics.md")]


def test_rules_are_documented() -> None:
    """Every rule of the content standard stands in the docs, with its reason."""
    page = _page("team/review.md")

    assert [] == [
        rule.name for rule in RULES if f"`{rule.name}`" not in page or rule.why not in page
    ]


def test_errors_are_documented() -> None:
    """Every error stands in the docs with its exit code."""
    kinds = [k for k in vars(errors).values() if isinstance(k, type) and issubclass(k, Exception)]
    page = _page("errors.md")

    assert [] == [k.__name__ for k in kinds if f"`{k.__name__}` | {k.exit_code} |" not in page]


def test_every_decision_can_be_reached() -> None:
    """The project's own site lists all decisions, in the order of their numbers."""
    settings = (DOCS.parent / "mkdocs.yml").read_text(encoding="utf-8")
    listed = [line.strip(" -") for line in settings.splitlines() if "dev/decisions/" in line]
    files = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.glob("dev/decisions/*.md"))
    assert files == listed
