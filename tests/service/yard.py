"""A real service on loopback, over a workspace with one draft, one reviewed and one live page."""

import contextlib
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import uvicorn

from kb.articles.article import Article, Verb
from kb.articles.evidence import Evidence
from kb.articles.library import Library
from kb.articles.lifecycle import move
from kb.redaction import already_safe
from kb.store.store import Store
from kb.tickets.ticket import Message, Role, Status, Ticket

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
ORIGIN = "https://help.example"
TOKEN = "a-link-for-tests"
AUTHOR, REVIEWER = "ada@ferrywright.example", "mara@ferrywright.example"
ANSWER = "Set proxy.idle_timeout to 90s. Then restart the relay."

PROGRAM = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from kb.config import Config, Service
from kb.service.serve import serve
from kb.store.store import open_store
config = Config(root=Path(sys.argv[1]), service=Service(port=0))
site = Path(sys.argv[1]) / "site"
serve(config, open_store(config.database), now=lambda: datetime.now(UTC),
      on_ready=lambda link: print(link, flush=True), site=site)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """The service as a test sees it."""

    address: str
    store: Store
    library: Library
    folder: Path

    def visitor(self, **headers: str) -> httpx2.Client:
        """Return a browser's connection without a session."""
        return httpx2.Client(base_url=self.address, headers={"User-Agent": BROWSER, **headers})

    def bytes_kept(self) -> bytes:
        """Return every byte of the store's files."""
        return b"".join(path.read_bytes() for path in self.folder.glob("store.sqlite3*"))


def article(article_id: str, title: str) -> Article:
    """Return a draft that meets every blocking rule."""
    return Article(
        id=article_id,
        title=title,
        tickets=("desk:1",),
        aliases=("connection drops behind the proxy",),
        sections=(
            ("Issue", "The relay loses its connection after a minute."),
            ("Environment", "Relay 4.2 behind a proxy"),
            ("Cause", "The proxy closes idle connections."),
            ("Resolution", "1. Set `proxy.idle_timeout` to 90s.\n2. Restart the relay."),
        ),
    )


def _ticket() -> Ticket:
    body = already_safe(f"Thanks for asking. {ANSWER} Tell <email-1> when it holds.")
    message = Message(
        id="m2", role=Role.AGENT, author="a1", public=True, body=body, created_at=NOW, accepted=True
    )
    return Ticket(
        key="desk:1",
        subject=already_safe("connection drops behind the proxy"),
        status=Status.SOLVED,
        tags=("doc-worthy",),
        messages=(message,),
        requester="r1",
        created_at=NOW - timedelta(days=9),
        updated_at=NOW - timedelta(days=8),
    )


def fill(library: Library, store: Store) -> None:
    at = NOW - timedelta(days=3)
    draft = article("relay-draft", "Relay draft that nobody has submitted")
    waiting = article("relay-waiting", "Relay drops its connection behind a proxy")
    live = article("relay-live", "Relay certificate has expired")
    library.save(move_to_draft(draft, at))
    submitted = move(move_to_draft(waiting, at), Verb.SUBMIT, by=AUTHOR, at=at)
    library.save(submitted)
    done = move(move_to_draft(live, at), Verb.SUBMIT, by=AUTHOR, at=at)
    done = move(done, Verb.APPROVE, by=REVIEWER, at=at)
    library.save(move(done, Verb.PUBLISH, by=REVIEWER, at=at))
    quoted = Evidence(
        section="Resolution",
        sentence="Set `proxy.idle_timeout` to 90s.",
        ticket="desk:1",
        message="m2",
        start=19,
        end=49,
    )
    library.save_evidence("relay-waiting", (quoted,))
    store.tickets.take(
        "desk", tickets=[_ticket()], cursor="1", dead=(), secrets=[("desk:1", "aws-key")]
    )


def move_to_draft(one: Article, at: datetime) -> Article:
    """Return the article as its author last edited it."""
    return move(one, Verb.EDIT, by=AUTHOR, at=at)


@contextlib.contextmanager
def served(app: object, http: object = "auto") -> Iterator[str]:
    listening = socket.create_server(("127.0.0.1", 0))
    settings = uvicorn.Config(
        app,
        http=http,
        access_log=False,
        log_config=None,
        lifespan="off",
        proxy_headers=False,  # type: ignore[arg-type]
    )
    server = uvicorn.Server(settings)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()


def form_of(client: httpx2.Client, article_id: str, **fields: str) -> dict[str, str]:
    """Return the reviewer's form as the page has it, with `fields` typed into it."""
    html = client.get(f"/team/review/{article_id}").text
    hidden = dict(re.findall(r'type="hidden" name="(csrf|digest)" value="([^"]*)"', html))
    return {**hidden, "note": "", **fields}
