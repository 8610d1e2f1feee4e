"""Front matter: plain texts, lists and mappings, read strictly and written with their comments."""

import io
import re
from collections.abc import Mapping
from typing import Any

import frontmatter
import yaml as pyyaml
from ruamel.yaml import YAML
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.scalarstring import DoubleQuotedScalarString
from ruamel.yaml.tag import Tag

from kb.errors import ArticleError

_MAX_FRONT = 64 * 1024
_MAX_DEPTH = 8
_TEXT = "tag:yaml.org,2002:str"
_MKDOCS: Any = pyyaml.resolver.Resolver()
_BASE: Any = getattr(pyyaml, "CBaseLoader", pyyaml.BaseLoader)
"""The reader in C where PyYAML has it: a library of ten thousand articles is read in seconds."""


class _Texts(_BASE):  # type: ignore[misc]
    """Reads every scalar as the text that stands there: NO, 1.10 and 12:30 stay what they are."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        """Read a mapping; a key that stands twice is refused, as one of the two would be lost."""
        keys = [key.value for key, _ in node.value]
        if len(set(map(str, keys))) < len(keys):
            raise pyyaml.constructor.ConstructorError(
                None, None, "a key stands twice", node.start_mark
            )
        return super().construct_mapping(node, deep=deep)


class _Plain(VersionedResolver):
    """Lets ruamel read texts alone, too, where the old front matter's comments are to stay."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        if kind is ScalarNode:
            return Tag(suffix=_TEXT)
        return super().resolve(kind, value, implicit)


class _Handler(frontmatter.default_handlers.YAMLHandler):
    """Front matter that keeps order and comments."""

    def load(self, fm: str, **_: object) -> Any:
        """Parse `fm` with its comments."""
        return _yaml().load(fm)

    def export(self, metadata: Mapping[str, object], **_: object) -> str:
        """Write `metadata` in its own order."""
        out = io.StringIO()
        _yaml().dump(metadata, out)
        return out.getvalue().strip()


def _yaml() -> Any:
    yaml = YAML(typ="rt")
    yaml.Resolver = _Plain
    yaml.width = 4096
    yaml.allow_unicode = True
    yaml.default_flow_style = False
    return yaml


def split(text: str, where: object) -> tuple[Any, str]:
    """Return the front matter's mapping, every scalar a text, and the body.

    Raises:
        ArticleError: There is none, or it is not plain, shallow YAML; `where:line` is named.
    """
    match = re.match(r"\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*\r?$\n?", text, re.S | re.M)
    if match is None:
        raise ArticleError(
            f"{where}:1", "no front matter between two lines of ---", "Put it at the very top"
        )
    front = match.group(1)
    try:
        if len(front) > _MAX_FRONT or not _is_plain(front):
            raise ArticleError(
                f"{where}:1",
                "the front matter holds an anchor, alias or tag, or is over 64 kB",
                "Write plain keys and values, and quote text that starts with &, * or !",
            )
        meta = pyyaml.load(front, _Texts)  # noqa: S506 (it makes texts, lists and mappings alone)
    except pyyaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        raise ArticleError(
            f"{where}:{line}", "the front matter is not valid YAML", "Quote values that hold : or #"
        ) from None
    if not isinstance(meta, Mapping):
        raise ArticleError(f"{where}:1", "the front matter holds no keys", "Give it id and title")
    return meta, text[match.end() :]


def _is_plain(front: str) -> bool:
    """Say whether it is one shallow document without anchors, aliases and tags.

    A line of `...` would end the front matter for MkDocs and not for us.
    """
    depth = 0
    for event in pyyaml.parse(front, _Texts):
        opens = isinstance(event, pyyaml.CollectionStartEvent)
        depth += opens - isinstance(event, pyyaml.CollectionEndEvent)
        marked = getattr(event, "anchor", None) or getattr(event, "tag", None)
        if marked or depth > _MAX_DEPTH or isinstance(event, pyyaml.AliasEvent):
            return False
    return re.search(r"(?m)^(\.\.\.|%)", front) is None


def written(values: Mapping[str, Any], kept: frozenset[str], previous: str = "") -> str:
    """Return the front matter of `values` in YAML; comments and order of `previous` stay.

    Args:
        values: In the order in which they are written.
        kept: The keys that are written although they are empty.
        previous: The whole file as it was, "" for a new one.
    """
    meta = _commented(previous) if previous else {}
    for key, value in values.items():
        if value or key in kept:
            meta[key] = _over(meta.get(key), _quoted(value))
        else:
            meta.pop(key, None)
    return _Handler().export(meta)


def _commented(text: str) -> Any:
    """Return the front matter of `text` with its comments, for writing it again."""
    front = text[: len(text) - len(split(text, "previous")[1])]
    return _Handler().load(front.lstrip("\ufeff").removeprefix("---").rstrip().removesuffix("---"))


def _over(old: Any, new: Any) -> Any:
    """Return `new`, put into the list that stands there where nothing changed: its comments stay."""
    if not isinstance(old, list) or old != new:
        return new
    for place, value in enumerate(new):
        old[place] = value
    return old


def _quoted(value: Any) -> Any:
    """Quote what MkDocs' own YAML would read as anything but text (NO, 1.10, 12:30)."""
    if isinstance(value, list):
        return [_quoted(one) for one in value]
    if isinstance(value, dict):
        return {key: _quoted(one) for key, one in value.items()}
    is_text = _MKDOCS.resolve(pyyaml.ScalarNode, value, (True, False)) == _TEXT
    return value if is_text else DoubleQuotedScalarString(value)
