"""What is told in other languages is found as if it were told in English; what is sealed stands."""

import pytest

from kb.redaction import Entity, Redactor

REDACTOR = Redactor()
TOLD = "Tide" + "Wheel99#x"
SENTENCES = (
    "Das Passwort lautet {}",
    "mon mot de passe est {}",
    "mi contraseña es {}",
    "a minha senha é {}",
    "moje hasło to {}",
    "Lösenord: {}",
    "мой пароль {}",
    "Κωδικός: {}",
    "パスワード：{}",
    "密码是 {}",
    "비밀번호: {}",
    "كلمة المرور: {}",
    "Zugangsdaten: quill / {}",
    "my pasword is {} pls reset",
    "mein Passwrot lautet {}",
    "mon mot de pase est {}",
    "la contrseña es {}",
    "cambié la contraseña a {}",
    "mudei a senha para {}",
    "Ich habe das Passwort auf {} geändert",
    "PWは {} です",
    "パスワードを{}に変更しました",
    "パスワードは「{}」です",
    "Ich gebe {} als Passwort ein",
    "j'ai mis {} comme mot de passe",
    "la clave de la wifi de casa es {}",
    "das Einmalpasswort {} ist abgelaufen",
)
CODES = (
    "Der Bestätigungscode ist {}",
    "code de vérification : {}",
    "código de verificación: {}",
    "El código que me llegó es {}",
    "Meine PIN ist {}",
    "Le code PIN est {}",
    "暗証番号は{}です",
    "確認コード「{}」を入力しても進めません",
    "2FA code {} is refused",
    "I got the code {} by SMS",
    "Der Code aus der SMS war {}",
    "my passcode used to be {} and is another now",
    "le code de déverrouillage est {}",
)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_password_is_found_in_any_language(sentence: str) -> None:
    """The span is the password's own in the text as it was given, also behind invisible characters."""
    text = "\u200b" + "é" * 3 + " \n" + sentence.format(TOLD) + "\nend"
    found = [one for one in REDACTOR.find(text) if one.entity is Entity.SECRET]
    assert [text[one.start : one.end] for one in found] == [TOLD]


@pytest.mark.parametrize("sentence", CODES)
def test_a_code_is_found_in_any_language(sentence: str) -> None:
    """Digits are a secret where a word says that they let somebody in."""
    text = sentence.format("482" + "913")
    assert ["482913"] == [text[one.start : one.end] for one in REDACTOR.find(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Das Passwort ist falsch und die Parola auch",
        "Пароль не подходит, привет",
        "パスワードを忘れました",
        "La contraseña es obligatoria",
        "Passwort vergessen Benutzer können sich nicht anmelden. Passwort neu setzen",
        "#passwort-vergessen_1 und #senha-esquecida_2",
        "Der Schlüssel passt nicht",
    ],
)
def test_talk_of_passwords_stands(text: str) -> None:
    """A telling word alone is no secret."""
    assert REDACTOR.find(text) == ()


def test_what_is_sealed_for_everybody_stands() -> None:
    """Certificates and encrypted messages keep their lines; a private key beside them does not."""
    line = "MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQsw"
    block = f"-----BEGIN CERTIFICATE-----\n{line}\n-----END CERTIFICATE-----\n"
    message = f"-----BEGIN PGP MESSAGE-----\n\n{line[::-1]}\n-----END PGP MESSAGE-----\n"
    kind = "PRIVATE " + "KEY"
    key = f"-----BEGIN {kind}-----\n{line}\n-----END {kind}-----\n"
    assert REDACTOR.find(block + message) == ()
    found = REDACTOR.find(block + key)
    assert [(one.start, one.recognizer) for one in found] == [(len(block), "private-key")]


def test_a_title_in_another_language_amid_a_list_is_nobodys_name() -> None:
    title = (
        "Una discrepancia en el pedido provoca el error de la direcci\u00f3n para un art\u00edculo"
    )
    english = "The price of the order is not shown when it is split for the delivery\n\n" * 4
    assert REDACTOR.find(f"{english}{title}\n\n{english}") == ()
    assert REDACTOR.find(f"{english}Una wrote to us about the price.\n")
