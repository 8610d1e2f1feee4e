"""Secrets that no phrase announces: by their shape, and where a sentence says them later."""

import pytest

from kb.redaction import Entity, Redactor

REDACTOR = Redactor()
NUMBER = "42" + "!"


@pytest.mark.parametrize(
    "sentence",
    [
        "I reset it this morning and now it's {}, still no luck",
        "Entered {} - the login says wrong password",
        "You can get in with jquill and {} at any time",
        "the wifi key at the branch in town is {}",
        "pass phrase for the certificate of the printer: {}",
        "Zugangsdaten: m.quill / {}",
        "Ich melde mich mit t.quill und {} an",
        "accedo con quill_t y {}",
    ],
)
def test_a_word_with_the_shape_of_a_password_is_one_where_signing_in_is_spoken_of(
    sentence: str,
) -> None:
    """A word of letters, digits and signs goes, wherever it stands in the sentence."""
    text = sentence.format("Marigold" + NUMBER)
    found = [one for one in REDACTOR.find(text) if one.entity is Entity.SECRET]
    assert [text[one.start : one.end].rstrip("!") for one in found] == ["Marigold42"]


@pytest.mark.parametrize(
    "text",
    [
        "The login needs styleguide@9.145.1 or later",
        "Log in, then open questions/1417298#answer-1588949",
        "I am logged in to the PKCS#11 module with AUP#EML-005",
        "login as quill@tidewheel works at 1920x1080@60Hz",
        "Signing in calls Open(UInt32& count) with 100% load",
        "the accounts on printer TS6300_series_(Copy_1) cannot log in",
        "set the `ForcePasswordChange` field from **True** to **False**",
        "enter the password, then 2-factor code; error: AADSTS50126",
    ],
)
def test_what_only_resembles_a_password_stands(text: str) -> None:
    """Packages, anchors, standards, types, screens, copies and error codes are for the reader."""
    assert [one.recognizer for one in REDACTOR.find(text) if one.entity is Entity.SECRET] == []


@pytest.mark.parametrize(
    ("text", "user"),
    [
        ("the ftp takes user millweb pass x", "millweb"),
        ("Zugangsdaten: m.quill / x", "m.quill"),
        ("uid crm_ro, pw x", "crm_ro"),
        ("Account jw_quill with password x fails", "jw_quill"),
    ],
)
def test_a_user_beside_a_password_is_found(text: str, user: str) -> None:
    """A user's name stands before its password, a comma or a stroke between them."""
    assert user in [text[one.start : one.end] for one in REDACTOR.find(text)]


@pytest.mark.parametrize(
    "text",
    [
        "User name and password are empty",
        "Benutzername oder Passwort nicht korrekt",
        "I have 5 accounts, 1 with tidewheel.com and 4 with others",
        "credentials: user / password",
    ],
)
def test_talk_of_users_and_passwords_stands(text: str) -> None:
    """Words between the two are no user's name, and neither is a domain."""
    assert [one.recognizer for one in REDACTOR.find(text) if one.entity is Entity.USERNAME] == []
