"""Whether a requester had looked for the article is a field; it stood at the end of the reason."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_SAID = "; the requester had looked for it and not found it"


def upgrade() -> None:
    """Make the column, and move what was said into it."""
    have = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("decisions")}
    if "in_vain" not in have:
        op.add_column(
            "decisions", sa.Column("in_vain", sa.Boolean, nullable=False, server_default=sa.false())
        )
    table = sa.table("decisions", *map(sa.column, ("reason", "in_vain")))
    op.execute(
        sa.update(table)
        .where(table.c.reason.like(f"%{_SAID}"))
        .values(reason=sa.func.replace(table.c.reason, _SAID, ""), in_vain=True)
    )
