"""Which requests must not become events: each kept out for a reason that has a name."""

import hashlib
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Exclusion(StrEnum):
    """Why a request is kept out; the collector counts each by this name.

    `TEAM` is the collector's to say: it knows who is signed in. `UNSIGNED_VOTE` is a vote that no
    rendered page sent, `CROWDED` what an address did at the form after it had had its part (see
    `crowding.Crowd`); the rest of their batch is kept.
    """

    DO_NOT_TRACK = "do_not_track"
    PREFETCH = "prefetch"
    LLM_CRAWLER = "llm_crawler"
    LINK_PREVIEW = "link_preview"
    MONITOR = "monitor"
    BOT = "bot"
    NO_USER_AGENT = "no_user_agent"
    TEAM = "team"
    UNSIGNED_VOTE = "unsigned_vote"
    CROWDED = "crowded"


_LLM_CRAWLERS = (
    "gptbot", "chatgpt", "oai-searchbot", "claudebot", "claude-", "anthropic", "perplexity",
    "ccbot", "google-extended", "bytespider", "amazonbot", "applebot-extended", "cohere-",
    "meta-externalagent", "meta-externalfetcher", "mistralai", "duckassistbot", "youbot", "diffbot",
)  # fmt: skip
_LINK_PREVIEWS = (
    "slackbot", "slack-imgproxy", "twitterbot", "facebookexternalhit", "linkedinbot", "discordbot",
    "telegrambot", "whatsapp", "skypeuripreview", "embedly", "iframely", "redditbot",
    "pinterestbot", "mastodon", "google-pagerenderer", "microsoftpreview", "notionbot",
)  # fmt: skip
_MONITORS = (
    "uptimerobot", "pingdom", "statuscake", "site24x7", "datadogsynthetics", "newrelicsynthetics",
    "better uptime", "betterstack", "checkly", "kube-probe", "prometheus", "blackbox_exporter",
    "nagios", "zabbix", "googlestackdrivermonitoring", "elb-healthchecker", "lighthouse",
    "gtmetrix",
)  # fmt: skip
_ROBOT_WORDS = re.compile(
    r"(?<!cu)bot\b|bot/|crawl|spider|slurp|scrap|headless|phantomjs|selenium|webdriver|playwright"
    r"|puppeteer|^curl/|^wget/|python-|httpx|aiohttp|go-http-client|java/|okhttp|axios|node-fetch"
    r"|libwww|apache-httpclient|feed|archiver|validator|fetcher"
)
_NAMED = (
    (Exclusion.LLM_CRAWLER, _LLM_CRAWLERS),
    (Exclusion.LINK_PREVIEW, _LINK_PREVIEWS),
    (Exclusion.MONITOR, _MONITORS),
)

_PREFETCHING = ("sec-purpose", "purpose", "x-moz")
TELLING = ("dnt", "sec-gpc", *_PREFETCHING)
"""The headers that `excluded` looks at."""

_MOST_AGENTS = 4_000


def named(user_agent: str) -> str:
    """Return the `Exclusion` of what a user agent calls itself, or `""` for a browser."""
    agent = user_agent.strip().lower()
    if not agent:
        return Exclusion.NO_USER_AGENT
    for reason, names in _NAMED:
        for name in names:
            if name in agent:
                return reason
    return Exclusion.BOT if _ROBOT_WORDS.search(agent) else ""


def excluded(
    user_agent: str, headers: Mapping[str, str], judge: Callable[[str], str] = named
) -> str:
    """Return the `Exclusion` that keeps the request out of the figures, or `""`.

    Do Not Track and Global Privacy Control come first: they are the reader's own word. The lists
    hold the names by which crawlers announce themselves; who hides is not found here.

    Args:
        user_agent: The request's user agent; it is looked at, never kept.
        headers: The request's headers, which find a name in any case.
        judge: What says who a user agent is; `Agents.named` where many come.
    """
    if headers.get("dnt", "").strip() == "1" or headers.get("sec-gpc", "").strip() == "1":
        return Exclusion.DO_NOT_TRACK
    for name in _PREFETCHING:
        if name in headers and "prefetch" in headers[name].lower():
            return Exclusion.PREFETCH
    return judge(user_agent)


@dataclass(slots=True)
class Agents:
    """Judges each user agent once: readers share a few hundred of them.

    What is remembered is a hash under a key that dies with the process, never the user agent.
    """

    _known: dict[bytes, str] = field(default_factory=dict)
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    def named(self, user_agent: str) -> str:
        """Return what `named` does."""
        text = user_agent.encode("utf-8", "surrogatepass")
        key = hashlib.blake2s(text, key=self._key, digest_size=16).digest()
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _MOST_AGENTS:
                self._known.clear()
            found = self._known[key] = named(user_agent)
        return found
