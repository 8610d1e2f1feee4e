"""Opens what takes letters out, as kb.toml and the environment set it up."""

import base64
import os
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from kb.config import Config, Paging
from kb.errors import ConfigError
from kb.feedback import contact, desks, mail, paging, slack, trackers
from kb.feedback.contact import GitHubForm, JiraForm, MailForm, ZendeskForm
from kb.feedback.desks import JiraDesk, ZendeskDesk
from kb.feedback.letter import Carrier
from kb.feedback.mail import Mail
from kb.feedback.paging import Genie, PagerDuty
from kb.feedback.slack import Slack
from kb.feedback.trackers import GitHubTracker, JiraTracker
from kb.feedback.webhook import Webhook
from kb.feedback.wire import Host
from kb.tickets.http import origin

_GITHUB = "https://api.github.com"
_JSON = {"Accept": "application/json"}
DESKS = ("zendesk", "jira")
"""The sources whose tickets take internal comments."""
FORMS = ("zendesk", "jira", "github", "mail")
"""Where the contact form's tickets may go."""


def carriers(config: Config) -> Mapping[str, Carrier]:
    """Return a carrier for each destination that is set up; letters to others wait.

    Raises:
        ConfigError: An address is none, or a credential is missing.
    """
    wanted: dict[str, tuple[bool, Callable[[Config], Carrier]]] = {
        slack.DESTINATION: (config.feedback.digest == "slack", _slack),
        mail.DESTINATION: (config.feedback.digest == "mail", _mail),
        desks.DESTINATION: (config.feedback.cards and config.source.kind in DESKS, _desk),
        trackers.DESTINATION: (bool(config.feedback.worklist), _tracker),
        paging.DESTINATION: (bool(config.paging.kind), pager),
        contact.DESTINATION: (bool(config.form.to), form),
    }
    return {name: make(config) for name, (is_set, make) in wanted.items() if is_set}


def pager(config: Config) -> Carrier:
    """Return what wakes people.

    Raises:
        ConfigError: `paging.kind` is none there is, an address is none, or a key is missing.
    """
    own = config.paging
    if own.kind == "pagerduty":
        return PagerDuty(host=Host(base=_url(own, paging.PAGERDUTY)), keys=_keys(own))
    if own.kind in ("jsm", "opsgenie"):
        base = _url(own, paging.JSM if own.kind == "jsm" else paging.OPSGENIE)
        key = {"Authorization": f"GenieKey {variable('KB_PAGER_KEY')}"}
        return Genie(host=Host(base=base, headers=key))
    if own.kind == "webhook":
        return Webhook(host=Host(base=_url(own, "")), secret=os.environ.get("KB_PAGER_KEY", ""))
    raise ConfigError("paging.kind", "it is no pager", "Use jsm, pagerduty, opsgenie or webhook")


def _keys(own: Paging) -> Mapping[str, str]:
    """One key for all teams, or `KB_PAGER_KEY_<TEAM>` for one."""
    named = {team: os.environ.get(key_name(team), "") for team in own.teams}
    if not all(named.values()):
        named[""] = variable("KB_PAGER_KEY")
    return named


def key_name(team: str) -> str:
    """Return the variable that holds a team's own key at PagerDuty."""
    return "KB_PAGER_KEY_" + "".join(c if c.isalnum() else "_" for c in team).upper()


def _url(own: Paging, usual: str) -> str:
    return origin(own.url or usual, "paging.url")


def _slack(_: Config) -> Carrier:
    parts = urlsplit(variable("KB_SLACK_WEBHOOK"))
    base = origin(f"{parts.scheme}://{parts.netloc}", "KB_SLACK_WEBHOOK")
    return Slack(host=Host(base=base, secret_path=parts.path))


def _mail(config: Config) -> Mail:
    own = config.feedback
    host, _, port = own.smtp.rpartition(":")
    if not host or not port.isdigit():
        raise ConfigError("feedback.smtp", "it is no mail server", "Write host:port")
    if "@" not in own.mail_from:
        raise ConfigError("feedback.mail_from", "it is no address", "Write the sender's")
    user = os.environ.get("KB_SMTP_USER", "")
    password = variable("KB_SMTP_PASSWORD") if user else ""
    return Mail(host=host, port=int(port), sender=own.mail_from, user=user, password=password)


def _desk(config: Config) -> Carrier:
    base = origin(config.source.url)
    user, token = variable("KB_SOURCE_USER"), variable("KB_SOURCE_TOKEN")
    if config.source.kind == "zendesk":
        return ZendeskDesk(host=Host(base=base, headers=_basic(f"{user}/token", token)))
    return JiraDesk(
        host=Host(base=base, headers=_basic(user, token)), project=config.source.project
    )


def _tracker(config: Config) -> Carrier:
    own = config.feedback
    if own.worklist == "github":
        base = origin(own.url or _GITHUB, "feedback.url")
        headers = _github("KB_WORKLIST_TOKEN")
        return GitHubTracker(host=Host(base=base, headers=headers), project=own.project)
    if own.worklist == "jira":
        base = origin(own.url, "feedback.url")
        login = _basic(variable("KB_WORKLIST_USER"), variable("KB_WORKLIST_TOKEN"))
        return JiraTracker(host=Host(base=base, headers=login), project=own.project)
    raise ConfigError("feedback.worklist", "it is no tracker", "Use github or jira")


def form(config: Config) -> Carrier:
    """Return what takes customers' words to the help desk.

    Raises:
        ConfigError: `form.to` is none there is, an option is missing, or a credential is.
    """
    own = config.form
    if own.to == "zendesk":
        return ZendeskForm(host=Host(base=origin(own.url, "form.url"), headers=_JSON))
    if own.to == "jira":
        login = _basic(variable("KB_FORM_USER"), variable("KB_FORM_TOKEN"))
        host = Host(base=origin(own.url, "form.url"), headers=login)
        desk = _number(own.project, "form.project")
        return JiraForm(
            host=host, desk=desk, request_type=_number(own.request_type, "form.request_type")
        )
    if own.to == "github":
        base = origin(own.url or _GITHUB, "form.url")
        return GitHubForm(
            host=Host(base=base, headers=_github("KB_FORM_TOKEN")), project=own.project
        )
    if own.to == "mail":
        if not own.mail_to:
            raise ConfigError("form.mail_to", "it names nobody", "Write who gets the mail")
        return MailForm(mail=_mail(config), to=own.mail_to)
    raise no_form()


def no_form() -> ConfigError:
    """Return what is wrong with a `form.to` that is none of `FORMS`."""
    return ConfigError("form.to", "it is no help desk", "Use zendesk, jira, github or mail")


def _number(value: str, where: str) -> str:
    if not value.isdigit():
        raise ConfigError(where, "it is no number", "Write the id as Jira's API lists it")
    return value


def _github(name: str) -> dict[str, str]:
    token = variable(name)
    return {"Accept": "application/vnd.github+json", "Authorization": f"Bearer {token}"}


def _basic(user: str, token: str) -> dict[str, str]:
    login = base64.b64encode(f"{user}:{token}".encode()).decode()
    return {**_JSON, "Authorization": f"Basic {login}"}


def variable(name: str) -> str:
    """Return an environment variable that must be set.

    Raises:
        ConfigError: It is not.
    """
    value = os.environ.get(name, "")
    if not value:
        raise ConfigError(name, "it is not set", "Put the credential into the environment")
    return value
