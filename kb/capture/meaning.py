"""The optional second signal of matching: static word embeddings, offline, from their own wheel."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

_READ = 600


class Meaning:
    """Grows a matrix of unit vectors, and says how near each is to a text's (cosine, -1 to 1)."""

    def __init__(self, model: Any, numpy: Any) -> None:
        self._model, self._numpy = model, numpy
        self._rows = numpy.zeros((64, 256), dtype="float32")
        self._count = 0
        self._tokens = lru_cache(maxsize=20_000)(self._tokens_of)
        self._last: tuple[str | None, Any] = None, None

    def _tokens_of(self, word: str) -> tuple[int, ...]:
        return tuple(self._model.tokenizer.encode(word, add_special_tokens=False).ids)

    def add(self, text: str) -> None:
        """Take the next text in."""
        if self._count == len(self._rows):
            self._rows = self._numpy.concatenate([self._rows, self._numpy.zeros_like(self._rows)])
        self._rows[self._count] = self._vector(text)
        self._count += 1

    def keep(self, places: Sequence[int]) -> None:
        """Forget all texts but those at these places; they are counted anew, in this order."""
        kept = self._rows[list(places)]
        self._count = len(kept)
        self._rows = self._numpy.concatenate([kept, self._numpy.zeros((64, 256), dtype="float32")])

    def near(self, text: str, places: Sequence[int]) -> Sequence[float]:
        """Return the cosine of the texts at these places."""
        found = self._rows.take(places, 0) @ self._vector(text)
        return found.tolist()  # type: ignore[no-any-return]

    def _vector(self, text: str) -> Any:
        """Return the mean of all tokens' vectors, one long; a word's tokens are told once.

        No token of the model reaches over a space, so word by word is the same as the whole text.
        """
        if self._last[0] != text:
            tokens = [*chain.from_iterable(map(self._tokens, text[:_READ].split()))]
            mean = self._model.embedding.take(tokens or [0], 0).mean(0)
            self._last = text, mean / self._numpy.linalg.norm(mean)
        return self._last[1]


def load_meaning() -> Meaning | None:
    """Return the embeddings if the extra `embeddings` is installed, else None.

    The wheel of wordllama carries its weights; its own folder is given as its cache, so that
    nothing is ever downloaded.
    """
    with suppress(ImportError, OSError, ValueError):
        import numpy

        root = logging.getLogger()
        handlers, level = root.handlers[:], root.level
        import wordllama

        root.handlers[:], root.level = handlers, level  # it sets up logging for the whole process
        folder = Path(str(wordllama.__file__)).parent
        model = wordllama.WordLlama.load(cache_dir=folder, disable_download=True)
        return Meaning(model, numpy)
    return None
