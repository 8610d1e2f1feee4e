"""Every error a user can meet, each a sentence: *where: what is so. what to do.*

    KbError                 exit 1   something to act on
    ├── ArticleError                 a Markdown file cannot be read as an article
    ├── TicketError                  a ticket cannot be read; it goes to the dead letters
    ├── EventError                   an event does not fit the schema; the collector refuses it
    ├── LifecycleError               the article's state or its approval forbids the verb
    ├── GateError                    the site must not go out as it is
    ├── RedactionError               a scanner failed or is unknown; everything stops
    ├── ConfigError         exit 2   kb.toml, an option or an environment variable is wrong
    ├── SourceError         exit 3   a ticket source, a service or a file cannot be reached
    ├── StoreError          exit 3   the database cannot be opened, read or written
    └── BusyError           exit 3   another process holds the workspace's lock

No message may hold a person's data: name the place, never quote the text.
"""


class KbError(Exception):
    """One thing that went wrong, told to a colleague.

    Args:
        where: The place: a path, `path:line`, an option or a URL without credentials.
        what: What is so, without a full stop.
        todo: What to do about it, without a full stop; a question keeps its mark.
    """

    exit_code = 1

    def __init__(self, where: object, what: str, todo: str) -> None:
        self.where, self.what, self.todo = str(where), what, todo
        super().__init__(f"{where}: {what}. {todo}{'' if todo.endswith('?') else '.'}")


class ArticleError(KbError):
    """A Markdown file cannot be read as an article."""


class TicketError(KbError):
    """A ticket cannot be read; it goes to the dead letters and the pull goes on."""


class EventError(KbError):
    """An event does not fit the schema; `where` is a JSON pointer, never the value."""


class LifecycleError(KbError):
    """The article's state or its approval forbids the verb."""


class GateError(KbError):
    """The site must not go out as it is."""


class RedactionError(KbError):
    """A scanner failed or its rules are unknown: nothing passes."""


class ConfigError(KbError):
    """`kb.toml`, an option or an environment variable is wrong."""

    exit_code = 2


class SourceError(KbError):
    """A ticket source, a service or a file cannot be reached."""

    exit_code = 3


class StoreError(KbError):
    """The database cannot be opened, read or written."""

    exit_code = 3


class BusyError(KbError):
    """Another process holds the workspace's lock."""

    exit_code = 3
