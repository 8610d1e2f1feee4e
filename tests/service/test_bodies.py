"""A request's body is read as it comes, and no longer than it may take."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from starlette.types import Message

from kb.service.bodies import read_body
from kb.service.failures import Refusal


def sent(parts: Sequence[bytes], *, waits: bool, ends: bool = True) -> AsyncIterator[Message]:
    async def messages() -> AsyncIterator[Message]:
        for place, part in enumerate(parts):
            if waits:
                await asyncio.sleep(0)
            more = not ends or place + 1 < len(parts)
            yield {"type": "http.request", "body": part, "more_body": more}
        await asyncio.Event().wait()

    return messages()


def read(messages: AsyncIterator[Message], **limits: float) -> bytes:
    return asyncio.run(read_body({}, messages.__anext__, **limits))


@pytest.mark.parametrize("waits", [False, True])
def test_a_body_in_parts_is_one(waits: bool) -> None:
    """What is there at once and what has to be waited for are put together in order."""
    assert read(sent([b"ab", b"", b"c"], waits=waits)) == b"abc"


@pytest.mark.parametrize("parts", [[], [b"half"]])
def test_a_body_that_never_ends_is_refused(parts: list[bytes]) -> None:
    """Nobody holds the collector by sending nothing, or half of it."""
    with pytest.raises(Refusal) as told:
        read(sent(parts, waits=False, ends=False), seconds=0.01)
    assert told.value.status == 408


@pytest.mark.parametrize("waits", [False, True])
def test_a_body_too_large_is_refused(waits: bool) -> None:
    """It is refused as soon as it is, whatever its head said."""
    with pytest.raises(Refusal) as told:
        read(sent([b"abc", b"de"], waits=waits, ends=False), largest=4)
    assert told.value.status == 413


def test_a_sender_who_leaves_ends_the_reading() -> None:
    """A reading that is cancelled while it waits is cancelled, and not told as too late."""

    async def leaves() -> None:
        reading = asyncio.create_task(read_body({}, sent([], waits=False).__anext__))
        await asyncio.sleep(0)
        reading.cancel()
        await reading

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(leaves())
