"""Tells, with `mkdocs build -v`, how long each part of a build took."""

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger("mkdocs.plugins.docworthy")


@contextmanager
def phase(name: str) -> Iterator[None]:
    """Write seconds, and CPU seconds of all processes, into the log of a verbose build."""
    wall, cpu = time.monotonic(), _cpu()
    yield
    log.debug("%s: %.2f s, %.2f s of CPU", name, time.monotonic() - wall, _cpu() - cpu)


def _cpu() -> float:
    """Return the CPU seconds of this process and of those it has waited for."""
    return sum(os.times()[:4])
