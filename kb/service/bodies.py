"""Reads a request's body: no more of it than may be, and for no longer."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping
from typing import Any, TypeVar

from starlette.types import Receive

from kb.service.failures import Refusal

LARGEST_BODY = 64 * 1024
BODY_SECONDS = 10
Read = TypeVar("Read")


async def read_body(
    headers: Mapping[str, str],
    receive: Receive,
    *,
    largest: int = LARGEST_BODY,
    seconds: float = BODY_SECONDS,
) -> bytes:
    """Read the body, but never more than `largest` bytes or longer than `seconds`.

    Raises:
        Refusal: It is larger (413), or did not arrive in time (408).
    """
    length = headers.get("content-length", "0")
    if length.isdigit() and int(length) > largest:
        raise _too_large(largest)
    reading = _Begun(_chunks(receive, largest))
    if reading.is_done:
        return reading.body
    return await in_time(reading, seconds=seconds)


async def in_time(reading: Awaitable[Read], *, seconds: float = BODY_SECONDS) -> Read:
    """Return what reading a body gives.

    Raises:
        Refusal: It did not arrive in time (408).
    """
    try:
        async with asyncio.timeout(seconds):
            return await reading
    except TimeoutError:
        raise _too_late() from None


class _Begun:
    """A reading that has gone as far as it can without waiting.

    A beacon's body is there when its head is. A clock that is set and taken back for nothing
    would cost a twentieth of such a request.
    """

    def __init__(self, reading: Coroutine[Any, Any, bytes]) -> None:
        self._reading, self._awaited = reading, None
        self.is_done, self.body = False, b""
        self._go(reading.send, None)

    def __await__(self) -> Generator[Any, Any, bytes]:
        while not self.is_done:
            try:
                given = yield self._awaited
            except BaseException as error:
                self._go(self._reading.throw, error)
            else:
                self._go(self._reading.send, given)
        return self.body

    def _go(self, on: Callable[[Any], Any], given: object) -> None:
        try:
            self._awaited = on(given)
        except StopIteration as end:
            self.is_done, self.body = True, end.value


async def _chunks(receive: Receive, largest: int) -> bytes:
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise _too_late()
        body += bytes(message.get("body", b""))
        if len(body) > largest:
            raise _too_large(largest)
        if not message.get("more_body"):
            return body


def _too_large(largest: int) -> Refusal:
    return Refusal(413, "body", f"it is over {largest} bytes", "Send less")


def _too_late() -> Refusal:
    return Refusal(408, "body", "it did not arrive in time", "Send it again")
