"""Asks one host of a source for JSON: patient when throttled, never led to another host."""

import json
import random
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx2

from kb.errors import ConfigError, SourceError

LARGEST_ANSWER = 64 * 1024 * 1024
ATTEMPTS = 8
FIRST_ATTEMPTS = 4
"""A host that has never answered is more likely misspelt than busy: nobody waits minutes for it."""
LONGEST_WAIT = 3600.0
_FIRST_WAIT, _LONGEST_BACKOFF = 1.0, 120.0
_TIMEOUT = httpx2.Timeout(30.0, connect=10.0)
_LONGEST_ANSWER = 300.0
_BUSY = frozenset({429, 500, 502, 503, 504})
_DONE = frozenset({200, 201})
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_LONG_WAIT = 10.0
"""A wait that a host asked for is told from here on; shorter ones are its daily life."""
_ERRNO = re.compile(r"\[Errno -?\d+\] ")

Params = Mapping[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: the status, its headers, and the JSON of a 200 or 201."""

    status: int
    headers: Mapping[str, str]
    body: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The time as a client needs it; tests bring their own."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random


def is_loopback(host: str | None) -> bool:
    """Tell whether the host is this machine: no proxy is asked, and no certificate expected."""
    return host in _LOOPBACK


def origin(url: str, where: str = "source.url") -> str:
    """Return scheme and host of an address that credentials may be sent to.

    Raises:
        ConfigError: It is not https, or holds more than a host and a path.
    """
    parts = urlsplit(url)
    local = parts.scheme == "http" and is_loopback(parts.hostname)
    if not parts.hostname or not (parts.scheme == "https" or local):
        raise ConfigError(where, "it is not an https address", "Write https://host")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ConfigError(where, "it holds more than a host", "Keep credentials in the environment")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


@dataclass(slots=True, kw_only=True)
class Http:
    """A client of one host.

    Attributes:
        base: `https://host`, checked by `origin`; every request goes below it and redirects are
            refused, so that credentials never reach another host.
        headers: Sent with each request; the credentials are among them.
        per_minute: Requests a minute for paths that begin so; others are as fast as answers come.
        credentials: Where the credentials come from, as a person may mend them.
        tell: Told in a sentence why it waits, so that nobody sits before a silent terminal.
    """

    base: str
    headers: Mapping[str, str]
    per_minute: Mapping[str, int] = field(default_factory=dict)
    clock: Clock = field(default_factory=Clock)
    credentials: str = "KB_SOURCE_USER, KB_SOURCE_TOKEN"
    tell: Callable[[str], None] = lambda _: None
    _heard: bool = False
    _client: httpx2.Client = field(init=False)
    _due: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        local = is_loopback(urlsplit(self.base).hostname)
        self._client = httpx2.Client(
            headers=dict(self.headers),
            timeout=_TIMEOUT,
            follow_redirects=False,
            trust_env=not local,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def ask(
        self,
        path: str,
        params: Params | None = None,
        *,
        body: Any = None,
        missing: Sequence[int] = (),
    ) -> Answer:
        """GET the path, or POST `body` to it, until it answers; statuses in `missing` are told.

        Raises:
            SourceError: It refuses, or does not answer after `ATTEMPTS` attempts; after `FIRST_ATTEMPTS`
                where it has never answered.
        """
        attempt = 0
        while True:
            self._pace(path)
            answer, why = self._once(path, params, body)
            attempt += 1
            if answer is None:
                self._wait(attempt, 0.0, why)
            elif _is_to_anybody(answer):
                raise self._refused(401)
            elif answer.status in _DONE or answer.status in missing:
                return answer
            elif not _is_busy(answer):
                raise self._refused(answer.status)
            else:
                self._wait(attempt, _advertised(answer, self.clock.now()), why)

    def _once(self, path: str, params: Params | None, body: Any) -> tuple[Answer | None, str]:
        """Return the answer, or None where it did not come whole, and what happened."""
        method = "GET" if body is None else "POST"
        url = f"{self.base}{path}"
        try:
            with self._client.stream(method, url, params=params, json=body) as response:
                self._heard = True
                status, headers = response.status_code, response.headers
                read = self._read(response) if status in _DONE else None
        except httpx2.ConnectError as error:
            return None, f"it cannot be reached ({_ERRNO.sub('', str(error))})"
        except httpx2.HTTPError as error:
            return None, f"it does not answer ({type(error).__name__})"
        except ValueError:
            return None, "its answer is no whole JSON"
        return Answer(status=status, headers=headers, body=read), f"it answers {status}"

    def _read(self, response: httpx2.Response) -> Any:
        """Read the body, but no more than fits and no longer than anybody would wait."""
        data, until = bytearray(), self.clock.now() + _LONGEST_ANSWER
        for chunk in response.iter_bytes():
            data += chunk
            if len(data) > LARGEST_ANSWER:
                raise SourceError(
                    self.base,
                    f"its answer is over {LARGEST_ANSWER} bytes",
                    "Ask its administrator",
                )
            if self.clock.now() > until:
                raise ValueError("too slow")
        try:
            return json.loads(data)
        except RecursionError:
            raise ValueError("nested too deep") from None

    def _refused(self, status: int) -> SourceError:
        """Return what a final answer of this status means."""
        if status in (401, 403):
            return SourceError(
                self.base,
                f"it refuses the credentials ({status})",
                f"Check {self.credentials}",
            )
        if 300 <= status < 400:
            return SourceError(self.base, "it sends us to another place", "Write its own address")
        return SourceError(
            self.base,
            f"it answers {status}",
            f"Check its address and project, and what {self.credentials} may see",
        )

    def _wait(self, attempt: int, advertised: float, why: str) -> None:
        """Wait as long as it says and as long as our own patience says, whichever is longer.

        Raises:
            SourceError: That was the last of so many attempts, or it asks for too long a wait.
        """
        most = ATTEMPTS if self._heard else FIRST_ATTEMPTS
        if attempt >= most:
            todo = "Try again later" if self._heard else "Check the address and the network"
            raise SourceError(self.base, f"{why} after {most} attempts", todo)
        if advertised > LONGEST_WAIT:
            raise SourceError(
                self.base, f"it asks us to wait {advertised:.0f} s", "Try again later"
            )
        backoff = min(_FIRST_WAIT * 2 ** (attempt - 1), _LONGEST_BACKOFF)
        seconds = max(advertised, backoff) + self.clock.jitter()
        if seconds >= _LONG_WAIT or not self._heard:
            self.tell(f"{self.base}: {why}. Asking again in {seconds:.0f} s ({attempt} of {most}).")
        self.clock.sleep(seconds)

    def _pace(self, path: str) -> None:
        for prefix, most in self.per_minute.items():
            if path.startswith(prefix):
                now = self.clock.now()
                due = self._due.get(prefix, now)
                if due > now:
                    self.clock.sleep(due - now)
                self._due[prefix] = max(due, now) + 60.0 / most


def _is_busy(answer: Answer) -> bool:
    spent = answer.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in answer.headers
    return answer.status in _BUSY or (answer.status == 403 and spent)


def _is_to_anybody(answer: Answer) -> bool:
    """Tell whether Jira answers as to anybody because it does not know our token (any more).

    Cloud says so in this header alone: the status is 200 and nothing is found, or 404.
    """
    return answer.headers.get("x-seraph-loginreason", "OK").startswith("AUTHENTICAT")


def _advertised(answer: Answer, now: float) -> float:
    """Return the seconds that the answer asks us to wait; 0 when it says nothing of use."""
    said = answer.headers.get("retry-after", "").strip()
    if said.isdigit():
        return float(said)
    try:
        at = parsedate_to_datetime(said)
        return max(0.0, at.replace(tzinfo=at.tzinfo or UTC).timestamp() - now)
    except (ValueError, TypeError, IndexError):
        pass
    reset = answer.headers.get("x-ratelimit-reset", "")
    return max(0.0, float(reset) - now) if reset.isdigit() else 0.0
