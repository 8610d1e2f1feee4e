"""Texts that are read together are each still a text by itself."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kb.redaction import Finding, Known, Placeholders, Redactor
from kb.redaction.rules import rules
from kb.redaction.together import LARGEST

REDACTOR = Redactor()
KNOWN = Known(names=("Dana Whitfield",), organisations=("Harborline Freight Ltd",))
LINES = [line for rule in rules() for line in rule.lines]
PIECES = st.one_of(
    st.sampled_from(LINES),
    st.text(max_size=30),
    st.sampled_from(
        ["<email-1>", "password is ", "key=", "\n", " ", "Hi ", "=\n", "%40", "\u200b", "\x1a",
         "\n\x1a\n", "-----BEGIN CERTIFICATE-----\n", "-----BEGIN PRIVATE KEY-----\n", "Dana"]
    ),
)  # fmt: skip
TEXTS = st.lists(st.lists(PIECES, max_size=4).map("".join), min_size=1, max_size=5)


def _covered(findings: tuple[Finding, ...]) -> set[int]:
    return {at for one in findings for at in range(one.start, one.end)}


@settings(max_examples=300)
@given(TEXTS)
@example(
    ["ip-250.14.8.205Mein Kollege Tidewin Quillfeder hat", "Mein Kollege Tidewin Quillfeder hat"]
)
def test_nothing_that_is_found_apart_is_lost_together(texts: list[str]) -> None:
    """What a text shows by itself it shows among others, too, and no finding leaves its text."""
    together = REDACTOR.redact_all([("", text) for text in texts], KNOWN)
    for text, redaction in zip(texts, together, strict=True):
        assert _covered(REDACTOR.redact(text, KNOWN).findings) <= _covered(redaction.findings)
        assert all(0 <= one.start < one.end <= len(text) for one in redaction.findings)


@given(TEXTS)
def test_what_only_finds_reads_together_too(texts: list[str]) -> None:
    """A text with a finding of its own has one there, too, when nothing is rewritten."""
    together = REDACTOR.find_all(texts)
    for text in texts:
        assert together[text] or not REDACTOR.find(text)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("my password is", "Tide-Wheel99"),
        ("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC", "the tide is high today"),
        ("d.quill@tidewheel", ".example"),
        ("Tidewina Quillfeather", "12 Wheel Street"),
        ("It works now.", "Dorothea\nis the name of our ship"),
        ("see the digest:", "nothing of note"),
        ("=", "41"),
    ],
)
def test_no_finding_reaches_from_one_text_into_the_next(first: str, second: str) -> None:
    """Neighbours tell nothing of each other: what is found together is what is found apart."""
    together = REDACTOR.redact_all([("", first), ("", second)])
    assert [REDACTOR.redact(first), REDACTOR.redact(second)] == list(together)


@pytest.mark.parametrize("hidden", ["1nv3nt3dT1d3wh33l9Qx", "password: Xk29fLq7Zt1v"])
def test_what_seals_one_text_seals_no_other(hidden: str) -> None:
    """A certificate without an end covers nothing of the texts behind it."""
    texts = ["-----BEGIN CERTIFICATE-----\nMIIEvQIBADANBgkqhkiG9w0", f"token: {hidden}"]
    together = REDACTOR.redact_all([("", text) for text in texts])
    assert REDACTOR.redact(texts[1]) == together[1]
    assert hidden not in together[1].text


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("dorothea kowalski\nhead of tides\n", "Thanks. quillfan77"),
        ("dorothea kowalski\nhead of tides\n", "It works now. Dorothea"),
    ],
)
def test_each_text_begins_and_ends_by_itself(first: str, last: str) -> None:
    """The first line of a text is one among others, and so is its end."""
    texts = ("no words", first, last, "many words")
    together = REDACTOR.redact_all([("", text) for text in texts])
    assert [REDACTOR.redact(text).findings for text in texts] == [one.findings for one in together]
    assert all(one.findings for one in together[1:3])


def test_a_name_in_one_text_is_found_in_all() -> None:
    """Who signs one message is the same person in another, and has one placeholder."""
    texts = [("", "Hi Pjotrina,\nit works."), ("note", "asked Pjotrina")]
    together = [one.text for one in REDACTOR.redact_all(texts)]
    assert ["Hi <person-1>,\nit works.", "asked <person-1>"] == together


def test_a_whole_name_is_one_person_in_all_texts() -> None:
    """What one text shows to be a name of two words is one person, and not two, in another."""
    texts = [("", "Hi Pjotrina Quillfeather,\nit works."), ("", "as Pjotrina Quillfeather said")]
    together = [one.text for one in REDACTOR.redact_all(texts)]
    assert ["Hi <person-1>,\nit works.", "as <person-1> said"] == together


def test_the_language_of_a_text_is_its_own() -> None:
    """A word that carries sentences in one text may be a name in another."""
    french = "nous ne voulons pas que le temps de la mer est dans les mains, et pour vous avec les"
    texts = ["we asked Beau Quillfeather about it", french]
    together = REDACTOR.redact_all([("", text) for text in texts])
    assert [REDACTOR.redact(text).text for text in texts] == [one.text for one in together]


def test_placeholders_of_all_texts_are_kept_apart_from_new_ones() -> None:
    """A placeholder that a later text holds is given to nobody in an earlier one."""
    texts = [("", "mail a@tide.test"), ("", "<email-1> wrote")]
    assert ["mail <email-2>", "<email-1> wrote"] == [one.text for one in REDACTOR.redact_all(texts)]


def test_a_field_whose_name_is_somebodys_is_read_without_it() -> None:
    """A name that goes on itself does not hide where the value begins."""
    names = Placeholders()
    field = ("d.quill@tidewheel.test", "ask e.quill@tidewheel.test")
    (redaction,) = REDACTOR.redact_all([field], placeholders=names)
    assert redaction.text == "ask <email-2>"
    assert (4, 26) == (redaction.findings[0].start, redaction.findings[0].end)


def test_many_large_texts_are_read_in_lots() -> None:
    """A text too many begins a new lot, and each text has its own result."""
    texts = [f"{n} {'the tide is high. ' * 300}password: Xk29fLq7Zt1v" for n in range(9)]
    assert sum(map(len, texts)) > 2 * LARGEST
    together = REDACTOR.redact_all([("", text) for text in texts])
    assert [REDACTOR.redact(text) for text in texts] == list(together)
