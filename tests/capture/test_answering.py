"""Tests of what a draft's answer says: no step that is none, no cause that points nowhere."""

from dataclasses import replace

import pytest
from factories import AT, make_thread, make_ticket

from kb.capture.answer import lack, states_cause
from kb.capture.drafting import draft, missing
from kb.capture.pointing import points_elsewhere
from kb.capture.problem import problem_of
from kb.capture.substance import ELSEWHERE, GAVE_UP, TRIAL, UNEXPLAINED, VAGUE
from kb.capture.title import subject_of
from kb.redaction import already_safe
from kb.tickets.ticket import Role, Satisfaction, Ticket

LINK = "https://docs.vendor.example/cargo"


def told(answer: str, *, asked: str = "The ferry push stops with FW-9.", by: Role = Role.AGENT) -> Ticket:  # fmt: skip
    """Return a thread of a question and an answer that is rated good."""
    messages = make_thread((Role.REQUESTER, asked), (by, answer))
    return make_ticket(messages=messages, satisfaction=Satisfaction.GOOD)


def resolution(answer: str) -> str:
    return draft(told(answer), by="a", at=AT).article.section("Resolution")


@pytest.mark.parametrize(
    ("said", "states"),
    [
        ("That is the reason.", False),
        ("This is the cause of the problem.", False),
        ("Das ist die Ursache.", False),
        ("C'est la cause du problème.", False),
        ("Es la causa del problema.", False),
        ("これが原因です。", False),
        ("This happens because the proxy is idle.", True),
        ("Das liegt daran, dass der Proxy veraltet ist.", True),
        ("L'erreur apparaît parce que le proxy est périmé.", True),
        ("時計が五分進んでいることが原因です。", True),
    ],
)
def test_a_cause_has_words_of_its_own(said: str, states: bool) -> None:
    """A sentence that says no more than that there is a cause states none."""
    assert states == states_cause(said)


@pytest.mark.parametrize(
    ("said", "points"),
    [
        (f"Disable the hardware acceleration -> {LINK}", False),
        (f"Deaktiviere die Beschleunigung der Hardware: {LINK}", False),
        (f"Désactivez l'accélération matérielle : {LINK}", False),
        (f"Desactive la aceleración por hardware: {LINK}", False),
        (f"Desative a aceleração de hardware: {LINK}", False),
        (f"Prova a disattivare l'accelerazione hardware -> {LINK}", False),
        (f"Siehe dazu diese Anleitung: {LINK}", True),
        (f"Voir cet article : {LINK}", True),
        (f"Vea este artículo: {LINK}", True),
        (f"Veja este artigo: {LINK}", True),
        (f"Vedi qui -> {LINK}", True),
    ],
)
def test_an_instruction_with_a_link_is_one(said: str, points: bool) -> None:
    """What tells to do something points nowhere, though a page is named beside it."""
    assert points == points_elsewhere(said)


def test_an_instruction_with_a_link_is_drafted() -> None:
    """One such sentence is an answer in another language too."""
    asked = "Il programma non si avvia dopo che ho fatto il nuovo aggiornamento di ieri."
    ticket = told(f"Disattiva la vista per discussioni -> {LINK}", asked=asked)
    assert "" == missing(ticket)
    ticket = told(f"Vedi qui -> {LINK}", asked=asked)
    assert ELSEWHERE == missing(ticket)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Or open Settings > Cargo.", "1. Open Settings > Cargo."),
        ("Open Settings > Cargo and delete the stale proxy:", "1. Open Settings > Cargo and delete the stale proxy."),
        ("Click Settings > Cargo (it has the old. proxy too) and delete it.", "1. Click Settings > Cargo (it has the old. proxy too) and delete it."),
        ("Open Settings > Cargo. Click on that and nothing happened. Delete the stale proxy.", "1. Open Settings > Cargo.\n\n2. Delete the stale proxy."),
        ("Try the following:\n\n1. Open Settings > Cargo.\n2. Delete the stale proxy.", "1. Open Settings > Cargo.\n\n2. Delete the stale proxy."),
        ("Open Settings > Cargo in your 2nd picture.", "1. Open Settings > Cargo."),
    ],
)  # fmt: skip
def test_a_step_is_a_step(answer: str, expected: str) -> None:
    """A first step joins nothing, a last one leads to nothing, what leads up to steps is none of them."""
    assert expected == resolution(answer)


@pytest.mark.parametrize(
    "said",
    [
        "I have given up and uninstalled it.",
        "Goodbye, I am moving to another program and removed the folder.",
        "Ich gebe auf und habe das Programm gelöscht.",
        "J'abandonne et j'ai supprimé le programme.",
        "Me rindo, he eliminado el programa.",
        "Desisto, removi o programa.",
        "諦めて削除しました。",
    ],
)
def test_who_turns_away_has_solved_nothing(said: str) -> None:
    """An angry farewell is no answer, whatever was deleted."""
    ticket = told(said, by=Role.REQUESTER)
    assert GAVE_UP == lack(ticket, ticket.messages[1])


def test_a_short_question_has_its_language() -> None:
    """An English question of few words and an answer in Spanish wait for a translation."""
    answer = (
        "Abra los ajustes del programa y elimine el proxy de la lista, que no es el que se usa ya."
    )
    ticket = told(answer, asked="With version 4.2 I cannot push to the port.")
    assert "somebody has to translate" in missing(ticket)


def test_a_pronoun_at_the_end_of_a_verb() -> None:
    """ "Disattivale" tells to deactivate them."""
    asked = "Il programma non si avvia dopo che ho fatto il nuovo aggiornamento di ieri."
    answer = "Se hai delle estensioni del porto installate disattivale tutte."
    article = draft(told(answer, asked=asked), by="a", at=AT).article
    assert f"1. {answer}" == article.section("Resolution")


@pytest.mark.parametrize(
    ("said", "by", "expected"),
    [
        ("Reset the router and now it works.", Role.REQUESTER, "1. Reset the router"),
        ("I've just updated the client and the problem has been fixed.", Role.REQUESTER, "1. Update the client."),
        ("Solved with 4.2.1esr.", Role.REQUESTER, "Solved with 4.2.1esr."),
        ("Version 4.2.1 solves the problem.", Role.REQUESTER, "Version 4.2.1 solves the problem."),
        ("I've fixed it by uninstalling the shield and re-installing it.", Role.REQUESTER, "1. Uninstall the shield and re-install it."),
        ("Mysteriously, a reboot solved the problem.", Role.REQUESTER, "Mysteriously, a reboot solved"),
        ("I think this will work: click Harbour > Ports and select the spool.", Role.AGENT, "1. Click Harbour > Ports"),
        ("You might be better off opening crates in a window of their own.", Role.AGENT, "1. Open crates in"),
    ],
)  # fmt: skip
def test_a_short_deed_that_helped(said: str, by: Role, expected: str) -> None:
    """A verb and a thing are enough where the requester says that it helped; so is a version."""
    assert (
        draft(told(said, by=by), by="a", at=AT).article.section("Resolution").startswith(expected)
    )


def test_a_short_deed_in_the_reply_to_an_answer() -> None:
    """Where the answer tells nothing to do, the reply that says what helped is the answer."""
    rows = (
        (Role.REQUESTER, "The push stops."),
        (Role.AGENT, "Cookies are not accepted there, I guess."),
    )
    messages = make_thread(*rows, (Role.REQUESTER, "I enabled the cookies, and it worked."))
    ticket = make_ticket(messages=messages, satisfaction=Satisfaction.GOOD)
    messages = tuple(replace(one, accepted=n == 1) for n, one in enumerate(messages))
    ticket = replace(ticket, messages=messages)
    assert draft(ticket, by="a", at=AT).article.section("Resolution") == "1. Enable the cookies."


@pytest.mark.parametrize(
    ("said", "by"),
    [
        ("Reset the router.", Role.AGENT),
        ("I reset the router.", Role.REQUESTER),
        ("Version 4.2.1 has the same problem.", Role.REQUESTER),
        ("A reboot might have solved that.", Role.REQUESTER),
    ],
)
def test_a_short_deed_of_which_nobody_says_that_it_helped(said: str, by: Role) -> None:
    """Two words of a helper, or of a requester who tells no more, are too little."""
    assert missing(told(said, by=by))


@pytest.mark.parametrize(
    ("said", "by"),
    [
        (f"Read these pages: \n\n- How to set up the port ({LINK})\n- Ports and ships ({LINK}/2)", Role.AGENT),
        (f"- Does it push in the dock mode ({LINK})?\n- Does the push work without a proxy ({LINK})?", Role.AGENT),
        ("The wrong names that had been set were those of `ferry.vendor.example` alone.", Role.REQUESTER),
        ("NOT SOLVED> What is going on.", Role.REQUESTER),
        ("Somehow it just started working. How it got fixed, no idea.", Role.REQUESTER),
    ],
)  # fmt: skip
def test_what_tells_no_deed(said: str, by: Role) -> None:
    """Titles of pages, questions with a link behind them, how it was and a wonder are no steps."""
    assert missing(told(said, by=by))


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Ferry push stops - SOLVED by the proxy", "Ferry push stops"),
        ("[gelöst] Die Fähre legt nicht ab", "Die Fähre legt nicht ab"),
        ("Le client ne démarre pas [Résolu]", "Le client ne démarre pas"),
        ("El cliente no arranca (solucionado)", "El cliente no arranca"),
        ("ENC: O cliente não inicia", "O cliente não inicia"),
        ("Solved tickets are shown twice", "Solved tickets are shown twice"),
    ],
)
def test_that_it_is_solved_is_no_title(subject: str, expected: str) -> None:
    """A mark of the desk or the requester leaves the subject, in any language."""
    assert expected == subject_of(subject)


def test_bytes_that_were_no_text_are_no_issue() -> None:
    """A heap of replacement characters is left out."""
    heap = "PK\ufffd\ufffdn0E\ufffd Ub\ufffd R V \ufffdx not word.xml"
    ticket = make_ticket(messages=make_thread((Role.REQUESTER, f"The push stops.\n\n{heap}")),
                         subject=already_safe("Push stops"))  # fmt: skip
    assert ["The push stops."] == [unit.text for unit in problem_of(ticket)]


ASKED = {
    "de": "Ich habe ein Problem mit der Fähre und sie ist nicht da, wenn ich das Paket schicke.",
    "fr": "Je ne peux pas envoyer le paquet et le client ne dit pas pourquoi il est dans la file.",
    "es": "No puedo enviar el paquete y el cliente no dice por qué está en la cola de mi equipo.",
    "it": "Non riesco a inviare il pacco e il client non dice che cosa è successo con la nave.",
    "nl": "Ik kan het pakket niet versturen en de client zegt niet wat er met de boot is gebeurd.",
    "pt": "Não consigo enviar o pacote e o cliente não diz o que está na fila do meu computador.",
}
"""A question in each language: a short answer is taken to be in the same."""


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("Start the ferry client in safe mode.", TRIAL),
        ("Make a backup of the whole spool first.", TRIAL),
        ("Connect to the correct servers.", VAGUE),
        ("Verify that your server settings are correct.", VAGUE),
        ("Disable the old relay in safe mode.", ""),
        ("Connect to the correct server, port 443.", ""),
        ("Select Relays in the settings.", ""),
    ],
)
def test_a_draft_says_what_its_answer_lacks(answer: str, why: str) -> None:
    """A test, a precaution and a step that names nothing are no answer, and the reason says so."""
    ticket = told(answer)
    assert why == lack(ticket, ticket.messages[1])


@pytest.mark.parametrize(
    ("lang", "answer"),
    [
        ("de", "Starte die Fähre zuerst einmal im abgesicherten Modus."),
        ("fr", "Relancez le client en mode sans échec."),
        ("es", "Prueba iniciando el cliente en modo seguro."),
        ("it", "Prova ad avviare il client in modalità provvisoria."),
        ("nl", "Start de client eens in de veilige modus."),
        ("pt", "Inicie o cliente em modo de segurança."),
    ],
)
def test_a_test_alone_is_no_answer_in_any_language(lang: str, answer: str) -> None:
    """A start in safe mode finds out where the cause lies, and cures nothing."""
    ticket = told(answer, asked=ASKED[lang])
    assert TRIAL == lack(ticket, ticket.messages[1])


def test_what_helped_stands_in_the_reply() -> None:
    """Where an answer only tests, the requester's reply that tells what helped is the resolution."""
    rows = (
        (Role.REQUESTER, "The ferry push stops with FW-9."),
        (Role.AGENT, "Start the client in troubleshoot mode."),
        (Role.REQUESTER, "Nice! Disabling the crate scanner solved the problem."),
    )
    ticket = make_ticket(messages=make_thread(*rows), satisfaction=Satisfaction.GOOD)
    messages = ticket.messages
    marked = make_ticket(messages=(messages[0], replace(messages[1], accepted=True), messages[2]))
    text = draft(marked, by="a", at=AT).article.section("Resolution")
    assert "1. Disable the crate scanner." == text


def test_what_went_away_by_itself_has_no_answer() -> None:
    """Who does not know what helped has told nothing to write down."""
    ticket = told("The push works again. It went away by itself.", by=Role.REQUESTER)
    assert UNEXPLAINED == lack(ticket, ticket.messages[1])


def test_a_shortened_word_ends_no_sentence() -> None:
    """A full stop behind a shortened word, with a small letter behind it, cuts no step."""
    text = resolution("Open Settings > General > Config. editor and set crate.size.max to 9.")
    assert "1. Open Settings > General > Config. editor and set `crate.size.max` to 9." == text


def test_a_list_begins_with_its_way() -> None:
    """The first row of a list that names a way through menus is a step like those below it."""
    text = resolution(
        "Try this:\n\n- Ferry menu > Help > Crates\n- Click on Open Spool\n- Restart the relay host"
    )
    assert ["1. ", "2. ", "3. "] == [row[:3] for row in text.split("\n\n") if row[0].isdigit()]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("If not, right-click the crate and choose Repair.", "1. Right-click the crate and choose Repair."),
        ("No, the relay has a switch of its own: turn it off in Settings > Relay.", "1. The relay has a switch of its own: turn it off in Settings > Relay."),
    ],
)  # fmt: skip
def test_a_first_step_answers_nobody(answer: str, expected: str) -> None:
    """What answers a question that stands nowhere on the page goes."""
    assert expected == resolution(answer)
