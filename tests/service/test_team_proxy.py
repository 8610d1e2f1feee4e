"""Behind a proxy that authenticates: its header names the person, and nobody else's header does."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from yard import NOW, REVIEWER, fill, form_of, served

from kb.articles.approval import is_approved
from kb.articles.library import Library
from kb.config import Config, Review, Service
from kb.errors import ConfigError
from kb.service.app import assemble
from kb.service.proxy import Proxy
from kb.store.store import open_store

HEADER = "X-Auth-Request-Email"
APPROVE = "/team/review/relay-waiting/approve"


@contextlib.contextmanager
def behind(folder: Path, trusted: tuple[str, ...], review: Review) -> Iterator[tuple[str, Library]]:
    """Serve a workspace that believes the header from `trusted`."""
    service = Service(person_header=HEADER, trusted=trusted)
    config = Config(root=folder, service=service, review=review)
    library = Library(config.docs)
    with contextlib.closing(open_store(config.database)) as store:
        fill(library, store)
        with served(assemble(config, store, now=lambda: NOW, token="").app) as address:
            yield address, library


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the workspace a key."""
    monkeypatch.setenv("KB_SECRET", "a secret for tests")
    monkeypatch.delenv("KB_DATABASE", raising=False)


def client(address: str, who: str, **more: str) -> httpx2.Client:
    """Return a browser behind the proxy."""
    return httpx2.Client(base_url=address, headers={HEADER: who, "Origin": address, **more})


def test_proxy_names_the_person(tmp_path: Path) -> None:
    """The person of the header approves, whatever name the form holds."""
    with behind(tmp_path, ("127.0.0.0/8",), Review()) as (address, library):
        with client(address, REVIEWER) as browser:
            form = form_of(browser, "relay-waiting", who="somebody@else.example")
            assert 303 == browser.post(APPROVE, data=form).status_code
        article = library.find("relay-waiting")
        assert (True, REVIEWER) == (is_approved(article), article.history[-1].by)


def test_token_is_the_persons(tmp_path: Path) -> None:
    """A form of one person's page is not taken from another."""
    with behind(tmp_path, ("127.0.0.1",), Review()) as (address, library):
        with client(address, "eve@x.example") as eve:
            form = form_of(eve, "relay-waiting")
        with client(address, REVIEWER) as browser:
            assert 403 == browser.post(APPROVE, data=form).status_code
        assert not is_approved(library.find("relay-waiting"))


@pytest.mark.parametrize(
    ("trusted", "more"),
    [
        ((), {}),
        (("10.0.0.4",), {}),
        (("10.0.0.4",), {"X-Forwarded-For": "10.0.0.4"}),
        (("10.0.0.0/8",), {"X-Forwarded-For": "10.0.0.4", "X-Real-IP": "10.0.0.4"}),
    ],
)
def test_header_from_elsewhere(
    tmp_path: Path, trusted: tuple[str, ...], more: dict[str, str]
) -> None:
    """From any other address the header opens nothing, also with a forwarded address made up."""
    with behind(tmp_path, trusted, Review()) as (address, _):
        browser = client(address, REVIEWER, **more)
        assert 403 == browser.get("/team/review").status_code
        browser.close()


def test_header_twice(tmp_path: Path) -> None:
    """Two names are none: one of them a visitor may have sent."""
    with behind(tmp_path, ("127.0.0.1",), Review()) as (address, _):
        doubled = [(HEADER, "eve@x.example"), (HEADER, REVIEWER)]
        assert 403 == httpx2.get(f"{address}/team/review", headers=doubled).status_code


def test_roles_are_held(tmp_path: Path) -> None:
    """An engineer sees the article and why approving is not theirs; the form is refused too."""
    review = Review(engineers=("eve@x.example",), reviewers=(REVIEWER,))
    with behind(tmp_path, ("127.0.0.1",), review) as (address, library):
        with client(address, "eve@x.example") as browser:
            form = form_of(browser, "relay-waiting")
            html = browser.get("/team/review/relay-waiting").text
            assert "It takes a reviewer, and you are an engineer." in html
            assert 409 == browser.post(APPROVE, data=form).status_code
        assert not is_approved(library.find("relay-waiting"))


def test_wrong_address_is_told() -> None:
    """An address that is none stops the service at its start."""
    with pytest.raises(ConfigError, match="it holds what is no address"):
        Proxy(Service(trusted=("proxy.example",)))
