"""How often the form was visited, by week and cell."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "weeks",
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("salt", sa.LargeBinary(16), nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "visits",
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("cell", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("count", sa.Integer, nullable=False),
        if_not_exists=True,
    )
