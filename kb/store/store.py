"""The store as the doors see it: tickets, decisions and events of one workspace."""

from dataclasses import dataclass

from kb.store.comments import Comments
from kb.store.crowding import Crowding
from kb.store.database import Database, open_database
from kb.store.decisions import Decisions
from kb.store.events import Events
from kb.store.folds import Folds
from kb.store.incidents import Incidents
from kb.store.outbox import Outbox
from kb.store.purging import Purging
from kb.store.tickets import Tickets
from kb.store.watching import Watching


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """What one workspace keeps."""

    database: Database
    tickets: Tickets
    decisions: Decisions
    events: Events
    folds: Folds

    @property
    def comments(self) -> Comments:
        """What readers wrote about articles that did not help."""
        return Comments(self.database)

    @property
    def crowding(self) -> Crowding:
        """How often the form was visited, by week and cell."""
        return Crowding(self.database)

    @property
    def outbox(self) -> Outbox:
        """What goes out, and what has gone."""
        return Outbox(self.database)

    @property
    def incidents(self) -> Incidents:
        """What surges, and has been paged."""
        return Incidents(self.database)

    @property
    def watching(self) -> Watching:
        """What is watched."""
        return Watching(self.database)

    @property
    def purging(self) -> Purging:
        """The way out for an article and its tickets' words."""
        return Purging(self.database)

    def close(self) -> None:
        """Give the database back."""
        self.database.close()


def open_store(url: str) -> Store:
    """Open the store at a SQLAlchemy URL, its tables brought up to date.

    Raises:
        ConfigError: The URL is not one.
        StoreError: It cannot be reached, or a newer version has written it.
    """
    database = open_database(url)
    return Store(
        database=database,
        tickets=Tickets(database),
        decisions=Decisions(database),
        events=Events(database),
        folds=Folds(database),
    )
