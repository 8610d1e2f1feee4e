"""Tests of the client for sources, against a real server: patience, and one host alone."""

from collections.abc import Iterator
from email.utils import formatdate

import pytest
from desks import Desk, FakeTime, Trouble, open_desk

from kb.errors import ConfigError, SourceError
from kb.tickets.http import ATTEMPTS, FIRST_ATTEMPTS, LONGEST_WAIT, Clock, Http, origin

SECRET = "Bearer canary-token"


@pytest.fixture(scope="module")
def server() -> Iterator[Desk]:
    with open_desk({"/ok": lambda _: {"is": "whole"}}) as desk:
        yield desk


@pytest.fixture
def desk(server: Desk) -> Desk:
    server.troubles.clear()
    server.asked.clear()
    server.seen.clear()
    return server


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def http(desk: Desk, time: FakeTime) -> Iterator[Http]:
    with Http(base=desk.url, headers={"Authorization": SECRET}, clock=time.clock()) as client:
        yield client


@pytest.mark.parametrize(
    ("said", "least"),
    [
        ("42", 42.0),
        ("0", 1.0),
        ("", 1.0),
        ("soon", 1.0),
        ("-3", 1.0),
        (formatdate(1_780_000_093, usegmt=True), 93.0),
        (formatdate(1_779_999_000, usegmt=True), 1.0),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after(
    desk: Desk, http: Http, time: FakeTime, status: int, said: str, least: float
) -> None:
    """It waits as long as it is told, a little longer; and by its own measure when told nothing."""
    desk.fail("/ok", Trouble(status=status, headers={"Retry-After": said} if said else {}))

    assert {"is": "whole"} == http.ask("/ok").body
    assert [least + 0.25] == time.slept


def test_retry_after_too_small(desk: Desk, http: Http, time: FakeTime) -> None:
    """A server that advertises too little is left alone longer and longer."""
    desk.fail("/ok", *[Trouble(status=429, headers={"Retry-After": "1"})] * 5)
    http.ask("/ok")

    assert [1.25, 2.25, 4.25, 8.25, 16.25] == time.slept


def test_retry_after_for_ever(desk: Desk, http: Http, time: FakeTime) -> None:
    """A wait that nobody would sit out ends the run with a word."""
    desk.fail("/ok", Trouble(status=429, headers={"Retry-After": str(int(LONGEST_WAIT) + 1)}))
    with pytest.raises(SourceError, match="asks us to wait 3601 s"):
        http.ask("/ok")

    assert [] == time.slept


def test_ratelimit_reset(desk: Desk, http: Http, time: FakeTime) -> None:
    """GitHub's spent quota (403) is waited for until its reset."""
    spent = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1780000060"}
    desk.fail("/ok", Trouble(status=403, headers=spent))
    http.ask("/ok")

    assert [60.25] == time.slept


def test_patience_ends(desk: Desk, http: Http) -> None:
    """After so many attempts it gives up, and says what the last answer was."""
    desk.fail("/ok", *[Trouble(status=503)] * ATTEMPTS)
    with pytest.raises(SourceError, match=f"it answers 503 after {ATTEMPTS} attempts"):
        http.ask("/ok")

    assert ATTEMPTS == len(desk.asked)


@pytest.mark.parametrize("trouble", [Trouble(body=b'{"is": "wh'), Trouble(cut=5), Trouble(cut=0)])
def test_truncated_answer(desk: Desk, http: Http, trouble: Trouble) -> None:
    """An answer that did not come whole is asked for again."""
    desk.fail("/ok", trouble)

    assert {"is": "whole"} == http.ask("/ok").body


def test_nested_answer(desk: Desk, http: Http) -> None:
    """An answer nested too deep is no answer."""
    desk.fail("/ok", Trouble(body=b"[" * 200_000))

    assert {"is": "whole"} == http.ask("/ok").body


@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials(desk: Desk, http: Http, status: int) -> None:
    """Refused credentials end the run at once, and are not repeated to anybody."""
    desk.fail("/ok", Trouble(status=status, body=SECRET.encode()))
    with pytest.raises(SourceError, match=f"refuses the credentials .{status}") as told:
        http.ask("/ok")

    assert "canary" not in str(told.value)
    assert 1 == len(desk.asked)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirect_is_refused(desk: Desk, http: Http, status: int) -> None:
    """No redirect is followed: credentials go to the host that was configured."""
    with open_desk({"/ok": lambda _: {}}) as elsewhere:
        desk.fail("/ok", Trouble(status=status, headers={"Location": f"{elsewhere.url}/ok"}))
        with pytest.raises(SourceError, match="sends us to another place"):
            http.ask("/ok")

        assert [] == elsewhere.asked


def test_missing_is_told(http: Http) -> None:
    """A status that the caller expects is an answer."""
    assert 404 == http.ask("/nowhere", missing=(404,)).status


def test_nobody_answers(time: FakeTime) -> None:
    """A host that was never there is given up within seconds, and each wait is told with its why."""
    told = list[str]()
    nobody = Http(base="http://127.0.0.1:9", headers={}, clock=time.clock(), tell=told.append)
    lost = r"cannot be reached \(Connection refused\) after 4 attempts. Check the address"
    with nobody, pytest.raises(SourceError, match=lost):
        nobody.ask("/ok")

    assert [1.25, 2.25, 4.25] == time.slept
    why = "http://127.0.0.1:9: it cannot be reached (Connection refused)"
    assert f"{why}. Asking again in 1 s (1 of 4)." == told[0]
    assert FIRST_ATTEMPTS - 1 == len(told)


def test_a_long_wait_is_told(desk: Desk, time: FakeTime) -> None:
    """What a host asks us to wait is told where it is long, and passed over where it is short."""
    told = list[str]()
    desk.fail("/ok", *(Trouble(status=429, headers={"Retry-After": one}) for one in ("3", "42")))
    with Http(base=desk.url, headers={}, clock=time.clock(), tell=told.append) as client:
        client.ask("/ok")

    assert [f"{desk.url}: it answers 429. Asking again in 42 s (2 of 8)."] == told


def test_pace(desk: Desk, time: FakeTime) -> None:
    """So many requests a minute to paths that begin so; others are not slowed."""
    with Http(base=desk.url, headers={}, per_minute={"/ok": 10}, clock=time.clock()) as client:
        for _ in range(3):
            client.ask("/ok")
            client.ask("/other", missing=(404,))

    assert [6.0, 6.0] == [round(one, 3) for one in time.slept]


@pytest.mark.parametrize(
    "url",
    [
        "", "acme.zendesk.com", "http://acme.zendesk.com", "ftp://acme.example", "file:///etc/passwd",
        "https://user:pass@acme.example", "https://acme.example/?a=1", "https://acme.example/#a",
        "https://", "http://127.0.0.1.acme.example", "http://10.0.0.1", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_origin_refuses(url: str) -> None:
    """Credentials go out over https alone, and an address holds nothing else."""
    with pytest.raises(ConfigError):
        origin(url)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://acme.zendesk.com/", "https://acme.zendesk.com"),
        ("https://git.example/api/v3", "https://git.example/api/v3"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ],
)
def test_origin(url: str, expected: str) -> None:
    """An address is kept without its last slash; loopback may do without https."""
    assert expected == origin(url)


class SlowTime(FakeTime):
    """A clock on which every look takes minutes."""

    def clock(self) -> Clock:
        """Return it as a client takes it."""

        def now() -> float:
            self.at += 400.0
            return self.at

        return Clock(now=now, sleep=self.sleep, jitter=lambda: 0.0)


def test_answer_that_drips(desk: Desk) -> None:
    """An answer that comes so slowly that nobody would wait is given up, and told."""
    with (
        Http(base=desk.url, headers={}, clock=SlowTime().clock()) as slow,
        pytest.raises(SourceError, match=f"after {ATTEMPTS} attempts"),
    ):
        slow.ask("/ok")
