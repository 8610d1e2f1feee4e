"""The outbox, and the incidents that pages are about."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make them."""
    counter = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "outbox",
        sa.Column("number", counter, primary_key=True, autoincrement=True),
        sa.Column("key", sa.String(200), nullable=False, unique=True),
        sa.Column("destination", sa.String(80), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("state", sa.String(10), nullable=False, server_default="waiting"),
        sa.Column("kept", sa.BigInteger, nullable=False),
        sa.Column("due", sa.BigInteger, nullable=False),
        _zero("held", sa.BigInteger()),
        _zero("tried", sa.BigInteger()),
        _zero("sent", sa.BigInteger()),
        _zero("attempts", sa.Integer()),
        _zero("unsure", sa.Integer()),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("ref", sa.String(200), nullable=False, server_default=""),
        if_not_exists=True,
    )
    op.create_index(
        "outbox_waiting", "outbox", ["state", "destination", "number"], if_not_exists=True
    )
    op.create_table(
        "incidents",
        sa.Column("number", counter, primary_key=True, autoincrement=True),
        sa.Column("watch", sa.String(200), nullable=False),
        sa.Column("began", sa.BigInteger, nullable=False),
        _zero("calm", sa.BigInteger()),
        _zero("ended", sa.BigInteger()),
        if_not_exists=True,
    )
    op.create_index("incidents_watch", "incidents", ["watch", "ended"], if_not_exists=True)


def _zero(name: str, kind: sa.types.TypeEngine[int]) -> sa.Column[int]:
    return sa.Column(name, kind, nullable=False, server_default="0")
