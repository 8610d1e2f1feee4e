"""Tests of tables: what stands under a heading is what the heading says."""

import pytest

from kb.redaction import Redactor

USERS = {
    "pipes": "| Login | Full name | Temp password |\n|---|---|---|\n| {} | {} | {} |\n",
    "pipes without a border": "Login | Name | Password\n{} | {} | {}\n",
    "tabs": "Utilisateur\tNom\tMot de passe\n{}\t{}\t{}\n",
    "semicolons": "benutzer;name;passwort\n{};{};{}\n",
    "quoted commas": '"user","name","password"\n"{}","{}","{}"\n',
    "columns": "Usuario     Nombre            Contraseña\n{}      {}    {}\n",
    "the word for a key": "usuario;nombre;clave\n{};{};{}\n",
    "after an odd row": "| user | name | pwd |\n| (no rows before March) |\n| {} | {} | {} |\n",
}


@pytest.mark.parametrize("kind", USERS)
def test_under_their_heading(kind: str) -> None:
    """A user, a name and a password go, as do those of each further row."""
    text = USERS[kind].format("tquay", "Wilmot Quayle", "Tide-Whe3l#")
    said = Redactor().redact(f"They cannot sign in:\n\n{text}\nSince 10.3.2.").text

    for word in ("tquay", "Quayle", "Tide-Whe3l#"):
        assert word not in said
    assert said.endswith("Since 10.3.2.")


@pytest.mark.parametrize(
    "text",
    [
        "| User | Password | Required |\n|---|---|---|\n| admin | any | yes |\n| guest | none | no |",
        "| Setting | Password | Effect |\n|---|---|---|\n| sshd | PasswordAuthentication | asks |",
        "Enter your login, password\nOpen Settings, Wi-Fi\nChoose KeePass, PowerShell",
        "User;Password;Role\nroot;changeme;owner\n${USER};${PASSWORD};reader",
        "| Field | User password |\n|---|---|\n| Type | string |\n| Minimum | LengthOf8 |",
    ],
)
def test_a_manuals_tables_stand(text: str) -> None:
    """Tables that describe passwords hold none."""
    assert text == Redactor().redact(text).text


def test_rows_end_with_the_table() -> None:
    """What follows an empty line belongs to no column."""
    text = "| user | password |\n| tquay | Tide-Whe3l# |\n\n| os | Windows-11-Pro |\n"

    assert "Windows-11-Pro" in Redactor().redact(text).text
