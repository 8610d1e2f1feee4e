"""Reads front matter fast: plain shallow YAML, every scalar as the text that stands there."""

from collections.abc import Iterator
from typing import Any

import yaml

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_MAX_DEPTH = 8


def read(front: str) -> Any:
    """Return what the YAML says: mappings, lists and texts; NO, 1.10 and 12:30 stay as written.

    Raises:
        ValueError: It holds an anchor, an alias or a tag, is nested too deeply, or is two documents.
        yaml.MarkedYAMLError: It is not valid YAML, or a key stands twice; `problem_mark` tells the
            line.
    """
    events = iter(yaml.parse(front, Loader=_LOADER))
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            return _only(_value(next(events), events, 0), events)
    return None


def _only(value: Any, events: Iterator[Any]) -> Any:
    """Return the document, after making sure that no other follows."""
    if any(isinstance(event, yaml.DocumentStartEvent) for event in events):
        raise ValueError("not plain")
    return value


def _value(event: Any, events: Iterator[Any], depth: int) -> Any:
    tagged = getattr(event, "tag", None) or getattr(event, "anchor", None)
    if tagged or isinstance(event, yaml.AliasEvent) or depth >= _MAX_DEPTH:
        raise ValueError("not plain")
    if isinstance(event, yaml.ScalarEvent):
        return event.value
    if isinstance(event, yaml.SequenceStartEvent):
        return [_value(one, events, depth + 1) for one in _until(yaml.SequenceEndEvent, events)]
    found: dict[Any, Any] = {}
    for key_event in _until(yaml.MappingEndEvent, events):
        key = _value(key_event, events, depth + 1)
        if not isinstance(key, str) or key in found:
            raise yaml.MarkedYAMLError(problem="a key twice", problem_mark=key_event.start_mark)
        found[key] = _value(next(events), events, depth + 1)
    return found


def _until(end: type[yaml.Event], events: Iterator[Any]) -> Iterator[Any]:
    for event in events:
        if isinstance(event, end):
            return
        yield event
