"""The extra `people`: a model's names are one more recognizer, and its absence is told plainly."""

import subprocess
import sys
from importlib.util import find_spec

import pytest

from kb.redaction import Redactor
from kb.redaction.model import NAME

HIDDEN = """
import sys
sys.modules["spacy"] = None
from kb.errors import ConfigError
from kb.redaction import Redactor
assert Redactor().find("Hi Anna,")
try:
    Redactor(people=True)
except ConfigError as error:
    print(error)
"""


@pytest.mark.skipif(find_spec(NAME) is None, reason="the extra `people` is not installed")
def test_a_model_finds_a_name_that_nothing_else_tells() -> None:
    """Its finds are unsure, merge with the others, and cover no placeholder and no product."""
    text = (
        "That was by Ushurma Dratchev, <person-1> and Mozilla Thunderbird, write to a@tide.example."
    )
    plain, more = Redactor().find(text), Redactor(people=True).find(text)
    named = [one for one in more if one not in plain]
    assert [("Ushurma Dratchev", "name-model")] == [
        (text[one.start : one.end], one.recognizer) for one in named
    ]
    assert named[0].confidence < 0.6
    once = Redactor(people=True).redact(text).text
    assert once == Redactor(people=True).redact(once).text


def test_a_missing_model_is_told_with_what_to_do() -> None:
    """Who asks for the model without having it gets a sentence, not a redactor without it."""
    told = subprocess.run(
        [sys.executable, "-c", HIDDEN], capture_output=True, text=True, check=True
    )
    assert told.stdout.startswith("redaction.people: ")
    assert "docworthy[people]" in told.stdout
