"""Opens what takes letters out, as kb.toml and the environment set it up."""

import os
from collections.abc import Mapping
from urllib.parse import urlsplit

from kb.config import Config
from kb.errors import ConfigError
from kb.feedback import slack
from kb.feedback.letter import Carrier
from kb.feedback.slack import Slack
from kb.feedback.wire import Host
from kb.tickets.http import origin


def carriers(config: Config) -> Mapping[str, Carrier]:
    """Return a carrier for each destination that is set up; letters to others wait.

    Raises:
        ConfigError: An address is none, or a credential is missing.
    """
    found: dict[str, Carrier] = {}
    if config.feedback.digest == "slack":
        found[slack.DESTINATION] = _slack()
    return found


def _slack() -> Slack:
    parts = urlsplit(variable("KB_SLACK_WEBHOOK"))
    base = origin(f"{parts.scheme}://{parts.netloc}", "KB_SLACK_WEBHOOK")
    return Slack(host=Host(base=base, secret_path=parts.path))


def variable(*names: str) -> str:
    """Return the first of these variables that is set.

    Raises:
        ConfigError: None of them is.
    """
    value = next((os.environ[name] for name in names if os.environ.get(name)), "")
    if not value:
        raise ConfigError(names[0], "it is not set", "Put the credential into the environment")
    return value
