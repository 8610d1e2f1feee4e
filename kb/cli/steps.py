"""Takes the same step with many articles: all are tried, and what was refused is told together."""

from collections.abc import Iterable
from dataclasses import dataclass

import click

from kb.articles.article import Verb
from kb.articles.steps import Step
from kb.cli import out
from kb.cli.workspace import Workspace
from kb.errors import KbError


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """What became of each article."""

    taken: tuple[Step, ...]
    refused: tuple[KbError, ...]

    def end(self) -> None:
        """Tell what was refused; the command then ends with 1."""
        for error in self.refused:
            out.say(str(error))
        if self.refused:
            click.get_current_context().exit(1)


def take_all(
    workspace: Workspace,
    ids: Iterable[str],
    verb: Verb,
    *,
    by: str,
    note: str = "",
    dry: bool = False,
    broken: Iterable[KbError] = (),
) -> Walk:
    """Take the step with every article; one that cannot be moved does not stop the others.

    Args:
        broken: What could not be read before, and is told with what is refused.
    """
    steps, taken, refused = workspace.steps(), list[Step](), list(broken)
    for article_id in dict.fromkeys(ids):
        try:
            taken.append(steps.take(article_id, verb, by=by, note=note, dry=dry))
        except KbError as error:
            refused.append(error)
    return Walk(taken=tuple(taken), refused=tuple(refused))
