"""Holds everything that `kb.toml` and the environment may say, section by section."""

import os
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from kb.errors import ConfigError

ANY = (float("-inf"), float("inf"))


def within(default: float, least: float, most: float = ANY[1]) -> Any:
    """Return the field of a number that may be from `least` to `most`, both included."""
    return field(default=default, metadata={"within": (least, most)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """`[site]`: where readers find the pages.

    Attributes:
        docs: The docs folder, as in mkdocs.yml.
        service: Address of `kb serve` as the reader's browser sees it; `""` sends nothing.
        contact: Address of the contact page, relative to the site's root.
    """

    docs: str = "docs"
    service: str = ""
    contact: str = "support/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """`[source]`: where tickets come from.

    Attributes:
        name: First half of each ticket's key.
        kind: `files`, `zendesk`, `github` or `jira`.
        path: For files: an export or a folder of them, relative to the workspace.
        url: Address of the help desk; `""` is GitHub's own API.
        project: GitHub's `owner/name`; Jira's project key.
        since: A date; tickets that were not changed since then are left out. `""` is all.
        agents: Handles, addresses or domains of those who help, where the source does not say.
    """

    name: str = "helpdesk"
    kind: str = "files"
    path: str = "tickets"
    url: str = ""
    project: str = ""
    since: str = ""
    agents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """`[triage]`: which tickets are doc-worthy, and when `--auto` may decide.

    Attributes:
        tags: A ticket with one of these tags is doc-worthy.
        confidence: From 0 to 1; below it a person decides.
    """

    tags: tuple[str, ...] = ("doc-worthy",)
    confidence: float = within(0.6, 0, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafting:
    """`[drafting]`: the model that may word drafts; off while `url` is empty.

    Attributes:
        url: Address of an OpenAI-compatible API up to the version, e.g. `https://host/v1`.
        model: Name of the model there.
        seconds: How long an answer may take before the extractive draft stands.
    """

    url: str = ""
    model: str = ""
    seconds: float = within(60.0, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactionWords:
    """`[redaction]`: the workspace's own words.

    Attributes:
        words: Always redacted, in any case.
        allow: Never redacted; `*.domain` is each host at a domain and below it.
        people: Whether a language model looks for people's names as well (the extra `people`).
        seconds: How long the scanner may take for one piece of text before nothing passes.
    """

    words: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    people: bool = False
    seconds: float = within(30.0, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """`[measure]`: how attempts are counted.

    Attributes:
        window_days: A ticket within so many days means that the page did not help.
        database: SQLAlchemy URL; `""` is SQLite in `.kb/`. A password comes from the environment.
        identity: How far a reader is known: `day`, `window` (a first-party id: tell your readers)
            or `account` (an opaque id from the portal).
        holdout: From 0 to 0.5, the share of readers whose form shows no suggestions, so that their
            effect is known; 0 for no experiment.
        sla: The page of the docs that holds the response times, if there is such a page.
        cost_ticket: What one more ticket costs you, in your currency; 0 when unknown.
        cost_hour: What an hour of writing costs you.
        hours_article: Hours to write, review and keep up one article, over its life.
    """

    window_days: int = within(7, 1, 366)
    database: str = ""
    identity: str = "day"
    holdout: float = within(0.0, 0, 0.5)
    sla: str = "sla.md"
    cost_ticket: float = within(0.0, 0)
    cost_hour: float = within(0.0, 0)
    hours_article: float = within(0.0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """`[service]`: what `kb serve` listens on, and for which sites.

    Attributes:
        host: Loopback unless a proxy that authenticates stands before it.
        port: TCP port.
        origins: Origins whose pages may send events, exactly as browsers write them.
        person_header: Header in which a proxy that authenticates names the person; `""` for none.
        trusted: Addresses or networks of that proxy, e.g. `10.0.0.4` or `10.0.0.0/28`.
    """

    host: str = "127.0.0.1"
    port: int = within(8765, 0, 65535)
    origins: tuple[str, ...] = ()
    person_header: str = ""
    trusted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """`[review]`: who may do what, and what an approval must be.

    Where all three lists of people are empty, whoever is in may do everything but approve their
    own work. Leads may do what reviewers may, reviewers what engineers may.

    Attributes:
        engineers: Addresses of those who write, submit, flag and verify.
        reviewers: Addresses of those who also approve, send back and publish.
        leads: Addresses of those who also archive and supersede.
        signers: Path of git's `allowed_signers`; from then on each approval is signed.
        supported: The oldest supported version of each product, e.g. `Ferry 4.2`.
        git: Whether each state change becomes a commit, on a branch of the article's own.
        remote: The git remote that `kb review github` brings the branches to.
        github: `owner/name` of the repository whose pull requests' reviews count; `""` for none.
        github_url: Address of GitHub's API, of an Enterprise server its own.
        people: Lines `login = address`: who a reviewer on GitHub is here.
    """

    engineers: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    signers: str = ""
    supported: tuple[str, ...] = ()
    git: bool = False
    remote: str = "origin"
    github: str = ""
    github_url: str = "https://api.github.com"
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """`[feedback]`: whom the digest, the cards and the worklist reach.

    Attributes:
        digest: `slack` or `mail`; `""` sends none.
        cards: Whether source tickets and authors are told what an article did, 28 days on.
        worklist: `github` or `jira`, where each thing to do becomes an issue; `""` for nowhere.
        url: Address of that tracker; `""` is GitHub's own API.
        project: GitHub's `owner/name`; Jira's project key.
        smtp: `host:port` of the mail server, spoken to with TLS except on this machine.
        mail_from: The sender's address.
        mail_to: Who gets the digest.
    """

    digest: str = ""
    cards: bool = False
    worklist: str = ""
    url: str = ""
    project: str = ""
    smtp: str = ""
    mail_from: str = ""
    mail_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """`[paging]`: who is woken, and how.

    Attributes:
        kind: `jsm`, `pagerduty`, `opsgenie` or `webhook`; `""` pages nobody.
        url: Its address, where it is not the service's own, e.g. Opsgenie's in the EU.
        teams: Whom `--for` and the slash command may name; the first is paged on spikes.
    """

    kind: str = ""
    url: str = ""
    teams: tuple[str, ...] = ("customer-support",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """`[search]`: the cluster whose index the service reads, where one machine is not enough.

    Attributes:
        url: Address of OpenSearch, without credentials; `""` is the index in `.kb/`.
        index: Name of the alias there.
    """

    url: str = ""
    index: str = "docworthy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """`[form]`: where `kb serve` passes on what customers write into the contact form.

    Attributes:
        to: `zendesk`, `jira`, `github` or `mail`; `""` passes nothing on.
        url: Address of that help desk; `""` is GitHub's own API.
        project: GitHub's `owner/name`; the id of Jira's service desk, a number.
        request_type: The id of the request type of Jira's service desk, a number.
        mail_to: Who gets the mail; it leaves through `feedback.smtp`.
    """

    to: str = ""
    url: str = ""
    project: str = ""
    request_type: str = ""
    mail_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything the workspace says; `root` is its folder."""

    root: Path
    site: Site = Site()
    source: Source = Source()
    triage: Triage = Triage()
    drafting: Drafting = Drafting()
    redaction: RedactionWords = RedactionWords()
    measure: Measure = Measure()
    service: Service = Service()
    review: Review = Review()
    feedback: Feedback = Feedback()
    paging: Paging = Paging()
    search: Search = Search()
    form: Form = Form()

    @property
    def signers(self) -> Path | None:
        """The file of allowed signers, None where approvals are not signed."""
        return self.root / self.review.signers if self.review.signers else None

    @property
    def ssh_key(self) -> Path | None:
        """The key that signs approvals here: `KB_SSH_KEY`, None where it is not set."""
        value = os.environ.get("KB_SSH_KEY")
        return Path(value).expanduser() if value else None

    @property
    def docs(self) -> Path:
        """The docs folder."""
        return self.root / self.site.docs

    @property
    def state(self) -> Path:
        """The folder `.kb/` of what can be made again or must not be in git."""
        return self.root / ".kb"

    @property
    def database(self) -> str:
        """The store's SQLAlchemy URL: `KB_DATABASE`, then kb.toml, then SQLite in `.kb/`."""
        url = os.environ.get("KB_DATABASE") or self.measure.database
        return url or f"sqlite:///{self.state / 'store.sqlite3'}"

    def search_login(self) -> tuple[str, str]:
        """Return `KB_SEARCH_USER` and `KB_SEARCH_PASSWORD`, `""` where they are not set."""
        return os.environ.get("KB_SEARCH_USER", ""), os.environ.get("KB_SEARCH_PASSWORD", "")

    def hook_secrets(self) -> tuple[str, ...]:
        """Return `KB_HOOK_SECRET`, one or, while they change, two, with a blank between them."""
        return tuple(os.environ.get("KB_HOOK_SECRET", "").split())

    def slack_secret(self) -> str:
        """Return `KB_SLACK_SIGNING_SECRET`; without it no slash command is taken."""
        return os.environ.get("KB_SLACK_SIGNING_SECRET", "")

    def key(self) -> bytes:
        """Return the workspace's key, `b""` where there is none: then nothing counts as settled."""
        try:
            return self.secret()
        except ConfigError:
            return b""

    def secret(self) -> bytes:
        """Return the workspace's key: `KB_SECRET`, or `.kb/secret` as `kb init` made it.

        Raises:
            ConfigError: There is neither, or it is empty: everybody could make what it signs.
        """
        if value := os.environ.get("KB_SECRET"):
            return value.encode()
        path = self.state / "secret"
        if not path.exists():
            raise ConfigError(path, "the workspace has no key", "Run kb init, or set KB_SECRET")
        if not (key := path.read_bytes().strip()):
            todo = "Bring it back from a backup; else delete it and run kb init"
            raise ConfigError(path, "the workspace's key is empty", todo)
        return key

    def model_key(self) -> str:
        """Return `KB_MODEL_KEY`, the key of the model that words drafts; `""` where it needs none."""
        return os.environ.get("KB_MODEL_KEY", "")

    def page_key(self) -> bytes:
        """Return what rendered pages are signed with, `KB_PAGE_KEY`; `b""` where votes need none."""
        return os.environ.get("KB_PAGE_KEY", "").encode()


SECTIONS = {f.name: f.default.__class__ for f in fields(Config) if f.name != "root"}
