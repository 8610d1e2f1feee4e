"""Takes Slack's slash command: pages a team, or finds a page of the docs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kb.config import Config
from kb.errors import KbError
from kb.feedback import paging, slack
from kb.feedback.command import Asked, Command, parse, proof, text_of, usage
from kb.feedback.delivery import deliver
from kb.search.hit import Hit
from kb.service.bodies import read_body
from kb.service.carrying import pager
from kb.service.collector import client
from kb.service.failures import Refusal
from kb.service.limits import Limit
from kb.store.store import Store

_MOST_HITS = 5


@dataclass(slots=True, kw_only=True)
class Slash:
    """`POST /hooks/slack`, for `/genie` or whatever the app calls it.

    Attributes:
        secret: Slack's signing secret; without it there is nothing at this address.
        find: Finds published pages: words and how many.
    """

    config: Config
    store: Store
    secret: str
    find: Callable[[str, int], tuple[Hit, ...]]
    now: Callable[[], datetime]
    limit: Limit = field(default_factory=lambda: Limit(rate=5.0, burst=50))

    def routes(self) -> list[Route]:
        """Return its route."""
        return [Route("/hooks/slack", self.receive, methods=["POST"])]

    async def receive(self, request: Request) -> Response:
        """Answer within Slack's three seconds; the page itself goes out afterwards."""
        self.limit.take(client(request))
        if not self.secret:
            raise Refusal(404, "request", "there is nothing at this address", "See docs/team")
        body = await read_body(request.headers, request.receive)
        at = self.now()
        once = proof(request.headers, body, self.secret, at)
        if not once:
            raise Refusal(
                401, "signature", "it does not prove the sender", "Check KB_SLACK_SIGNING_SECRET"
            )
        if not await run_in_threadpool(self.store.tickets.is_new, f"slack:{once}", at=at):
            raise Refusal(409, "request", "it was taken before", "Type the command again")
        return await self._answer(parse(text_of(body)))

    async def _answer(self, command: Command) -> Response:
        if command.asked is Asked.SEARCH:
            hits = await run_in_threadpool(self.find, command.words, _MOST_HITS)
            return _told(self._found(hits))
        if command.asked is Asked.HELP:
            return _told(usage(self.config.paging.teams))
        if command.team not in self.config.paging.teams:
            team = slack.escaped(command.team)
            return _told(f"Nobody is called {team}. {usage(self.config.paging.teams)}")
        return await run_in_threadpool(self._page, command)

    def _page(self, command: Command) -> Response:
        """Keep the page before it is promised, and send it once the answer is out."""
        try:
            carrier = pager(self.config)
        except KbError as error:
            return _told(f"Nobody was paged. {slack.escaped(str(error))}")
        letter = paging.by_hand(command.words, command.team, at=self.now())
        if not self.store.outbox.put([letter], at=self.now()):
            return _told("These words were paged within the last ten minutes.")
        ways = {paging.DESTINATION: carrier}
        sending = BackgroundTask(deliver, self.store.outbox, ways, now=self.now)
        return _told(f"Paging {slack.escaped(command.team)}.", sending)

    def _found(self, hits: tuple[Hit, ...]) -> str:
        if not hits:
            return "No page has that. It counts as a gap when readers search for it, too."
        site = next(iter(self.config.service.origins), "").rstrip("/")
        lines = []
        for hit in hits:
            title = slack.escaped(hit.title).replace("|", "¦")
            place = f"{site}/{hit.url.lstrip('/')}"
            lines.append(f"• <{place}|{title}>" if site else f"• {title}")
        return "\n".join(lines)


def _told(text: str, task: BackgroundTask | None = None) -> Response:
    """Answer the one who typed, and nobody else."""
    body = {"response_type": "ephemeral", "text": text}
    return JSONResponse(body, headers={"Cache-Control": "no-store"}, background=task)
