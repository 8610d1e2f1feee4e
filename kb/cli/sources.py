"""Opens the source that kb.toml names, with its credentials from the environment."""

import base64
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from kb.cli import out
from kb.config import Source as Settings
from kb.errors import ConfigError
from kb.tickets import github, jira, zendesk
from kb.tickets.files import Files
from kb.tickets.http import Http, origin
from kb.tickets.raw import Source


@contextmanager
def open_source(settings: Settings, root: Path) -> Iterator[Source]:
    """Open the source, and close its connections afterwards.

    Raises:
        ConfigError: The kind does not exist, an address is none, or a credential is missing.
    """
    since = _since(settings.since)
    agents = frozenset(one.casefold() for one in settings.agents)
    if settings.kind == "files":
        yield Files(root / settings.path, agents)
    elif settings.kind == "zendesk":
        login = _basic(f"{_variable('KB_SOURCE_USER')}/token", _variable("KB_SOURCE_TOKEN"))
        with _http(settings.url, login, zendesk.PER_MINUTE) as http:
            yield zendesk.Zendesk(http, since=max(1, int(since.timestamp())))
    elif settings.kind == "github":
        token = _variable("KB_SOURCE_TOKEN") if os.environ.get("KB_SOURCE_TOKEN") else ""
        with _http(settings.url or github.API, f"Bearer {token}" if token else "") as http:
            yield github.GitHub(
                http=http, project=_repository(settings.project), since=since, agents=agents
            )
    elif settings.kind == "jira":
        login = _basic(_variable("KB_SOURCE_USER"), _variable("KB_SOURCE_TOKEN"))
        with _http(settings.url, login) as http:
            yield jira.Jira(http=http, project=settings.project, since=since, agents=agents)
    else:
        raise ConfigError(
            "source.kind",
            f"'{settings.kind}' is not a source",
            "Use files, zendesk, github or jira",
        )


def _repository(project: str) -> str:
    if not re.fullmatch(r"[\w-]{1,40}/[\w.-]{1,100}", project) or ".." in project:
        raise ConfigError("source.project", "it is not a repository", "Write owner/name")
    return project


def _http(url: str, authorization: str, per_minute: Mapping[str, int] | None = None) -> Http:
    headers = {"Accept": "application/json", "User-Agent": "docworthy"}
    if authorization:
        headers["Authorization"] = authorization
    return Http(base=origin(url), headers=headers, per_minute=per_minute or {}, tell=out.say)


def _basic(user: str, token: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{token}".encode()).decode()


def _variable(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise ConfigError(name, "it is not set", "Put the credential into the environment")
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ConfigError(name, "it holds what no credential holds: a space, a line break or a letter "
                          "beyond ASCII", "Copy it once more, alone")  # fmt: skip
    return value


def _since(value: str) -> datetime:
    try:
        day = date.fromisoformat(value) if value else date(1970, 1, 1)
    except ValueError:
        raise ConfigError("source.since", "it is not a date", "Write 2026-01-31") from None
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
