"""Tests of drafting: every sentence stands in the thread, and no internal note gets out."""

from pathlib import Path

import pytest
from factories import AT, make_article, make_thread, make_ticket
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kb.articles.article import parse, render
from kb.capture.answer import NOTHING
from kb.capture.doing import instructed
from kb.capture.drafting import Draft, draft, draft_id, missing, revise
from kb.capture.solution import solution
from kb.capture.thread import units
from kb.errors import TicketError
from kb.redaction import already_safe
from kb.tickets.ticket import Role, Satisfaction, Status, Ticket

FIXTURES = sorted((Path(__file__).parents[1] / "fixtures" / "drafts").glob("*.txt"))
SAID = {"requester": Role.REQUESTER, "agent": Role.AGENT, "note": Role.AGENT}


def ticket_of(text: str) -> Ticket:
    """Read a fixture's upper half: subject, satisfaction, and one `role: message` a line (`\\\\n` breaks it)."""
    rows = [line.split(": ", 1) for line in text.splitlines() if line and line[0] != "#"]
    told = {name: value for name, value in rows if name not in SAID}
    thread = [
        (SAID[name], value.replace("\\n", "\n"), name != "note")
        for name, value in rows
        if name in SAID
    ]
    return make_ticket(
        subject=already_safe(told["subject"]),
        satisfaction=Satisfaction(told["satisfaction"]),
        messages=make_thread(*thread),
    )


def make(ticket: Ticket) -> Draft:
    return draft(ticket, by="kb", at=AT)


@pytest.mark.parametrize("path", FIXTURES, ids=lambda one: one.stem)
def test_fixture(path: Path) -> None:
    """A thread becomes the sections that stand below its line, or is declined for that reason."""
    thread, _, expected = path.read_text(encoding="utf-8").partition("\n----\n")
    ticket = ticket_of(thread)
    rows = dict(line.split(":", 1) for line in expected.splitlines())
    wanted = {name: text.strip() for name, text in rows.items()}
    solved = solution(ticket)
    if "declined" in wanted:
        assert (False, wanted["declined"]) == (solved.confirmed, solved.why)
        with pytest.raises(TicketError, match=wanted["declined"]):
            make(ticket)
        return
    if "undrafted" in wanted:
        with pytest.raises(TicketError, match=wanted["undrafted"]):
            make(ticket)
        return
    article = make(ticket).article
    title = wanted.pop("Title", article.title)

    assert title == article.title
    assert wanted.pop("because") == solved.why.partition(" (")[0]
    assert wanted == {name: " ".join(article.section(name).split("\n")) for name in wanted}


words = st.sampled_from(
    ("Set `proxy_read_timeout 600s`.", "That worked, thanks!", "It still fails.", "Hi team,",
     "1. Stop it.\n2. Start it.", "```\nferry up\n```", "    ferry down", "> quoted", "Why? Because.",
     "This happens because the proxy is idle.", "-- \nMara", "\tx", "Ünï «x» \U0001f6a2 fails.",
     "I fixed it by setting `x.y`, after a long search in all of the files that we have here.",
     "\r\n", "end", "a\x0cb does it.", "line\u2028two.", "")
)  # fmt: skip
bodies = st.lists(words, min_size=1, max_size=5).flatmap(
    lambda rows: st.sampled_from((" ", "\n", "\n\n")).map(lambda gap: gap.join(rows))
)
SECRET_NOTE = "Zanzibar note: set `zanzibar.flag` because of zanzibar."
threads = st.lists(st.tuples(st.sampled_from(Role), bodies), min_size=1, max_size=6)


@settings(max_examples=150)
@given(threads, st.integers(0, 6), st.sampled_from(Satisfaction))
@example(
    [
        (Role.REQUESTER, " ```\nferry up\n``` ```\nferry up\n```"),
        (Role.REQUESTER, "Set `proxy_read_timeout 600s`."),
    ],
    0,
    Satisfaction.GOOD,
)
def test_evidence_and_notes(rows: list, place: int, satisfaction: Satisfaction) -> None:
    """Each sentence is what stands in its public message at start:end, and no internal note gets out."""
    rows.insert(place, (Role.AGENT, SECRET_NOTE, False))
    ticket = make_ticket(messages=make_thread(*rows), satisfaction=satisfaction)
    try:
        made = make(ticket)
    except TicketError:
        return
    said = {message.id: message.body for message in ticket.public_messages}
    said["subject"] = ticket.subject
    quoted = [row for row in made.evidence if row.section in ("Issue", "Cause", "Resolution")]

    for row in quoted:
        words = said[row.message][row.start : row.end]
        assert row.sentence in (words, instructed(words))
    assert "zanzibar" not in str(made).casefold()
    assert made.article == parse(render(made.article))


def test_units_stand_where_they_say() -> None:
    """A unit is its message's text from start to end."""
    (message,) = make_thread((Role.AGENT, "Do it.\n\n1. Stop `a.b`.\n\n```\nx\n```\n\nThen wait."))

    assert [message.body[u.start : u.end] for u in units(message)] == [
        u.text for u in units(message)
    ]


def test_same_ticket_same_draft() -> None:
    """Drafting again gives the same article under the same id."""
    assert make(make_ticket()) == make(make_ticket())


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Deploys time out", "deploys-time-out-1042"),
        ("RE: Fwd: [urgent] Deploys time out!", "deploys-time-out-1042"),
        ("Deploys for <person-1> time out", "deploys-for-time-out-1042"),
        ("Größe ändern", "groe-andern-1042"),
        ("日本語", "1042"),
        ("", "1042"),
    ],
)
def test_id(subject: str, expected: str) -> None:
    """An id is made of the subject's words and the ticket's number, and of nobody's name."""
    assert expected == draft_id(make_ticket(subject=already_safe(subject)))


def test_open_ticket_is_declined() -> None:
    """A ticket that is still open holds no confirmed fix."""
    with pytest.raises(TicketError, match="the ticket is still open"):
        make(make_ticket(status=Status.OPEN))


def test_revision_keeps_what_stands() -> None:
    """A revision keeps the article's text and adds the ticket, its words and its steps."""
    article = make_article(tickets=("helpdesk:1",))
    revised = revise(article, make_ticket(), by="kb", at=AT).article

    assert revised.section("Resolution").startswith(article.section("Resolution"))
    assert ("helpdesk:1", "helpdesk:1042") == revised.tickets
    assert (article.id, article.history) == (revised.id, revised.history[:-1])


def test_a_long_message_is_read_to_its_end() -> None:
    """A message of many long lines after a blank one is cut once, not tried in every way."""
    (message,) = make_thread((Role.AGENT, "Set `a.b`.\n\n" + "word " * 4_000 + "\nend! <person-1>"))

    assert "Set `a.b`." == units(message)[0].text
    assert units(message)[-1].end <= len(message.body)


@pytest.mark.parametrize(
    "said",
    [
        "I could really use some help!",
        "Please disregard this request.",
        "Been using it for over 10 years.",
        "Hope I explained it well.",
        "/edit",
        "This is not the place to ask for that.",
    ],
)
def test_talk_is_left_out(said: str) -> None:
    """What only the two people need is no part of a draft; the sentence beside it is."""
    (message,) = make_thread((Role.REQUESTER, f"The ferry push stops.\n\n{said}"))
    assert ["The ferry push stops."] == [unit.text for unit in units(message)]


def test_a_cause_is_of_this_issue() -> None:
    """Another helper's cause joins only where it names what the issue names."""
    asked = "The ferry push stops after a minute with a broken pipe."
    answer = [(Role.AGENT, "Try this: set `push_window 90s` in ferry.toml."),
              (Role.REQUESTER, "Thank you, that worked.")]  # fmt: skip
    other = (Role.OTHER, "Our old mainframe is slow because of its tapes.")
    same = (Role.OTHER, "The ferry push ends because the pipe times out.")

    causes = []
    for helper in (other, same):
        ticket = make_ticket(messages=make_thread((Role.REQUESTER, asked), helper, *answer))
        sections = dict(draft(ticket, by="a", at=AT).article.sections)
        causes.append(sections.get("Cause"))
        assert "Set `push_window 90s` in ferry.toml." in sections["Resolution"]

    assert [None, "The ferry push ends because the pipe times out."] == causes


@pytest.mark.parametrize("lead", ["Then", "So"])
def test_a_cause_that_joins_on_stands_alone(lead: str) -> None:
    """What led to it is not in the article, and it is no step."""
    why = "the cause is that a runner has no keys, and ssh refuses what it does not know."
    said = f"{lead} {why}\n\n1. Run `ssh-keyscan git.internal.example`.\n2. Deploy again."
    messages = make_thread(
        (Role.REQUESTER, "A job stops with FW-9 at checkout."), (Role.AGENT, said)
    )
    ticket = make_ticket(messages=messages, satisfaction=Satisfaction.GOOD)
    sections = dict(draft(ticket, by="a", at=AT).article.sections)

    assert f"T{why[1:]}" == sections["Cause"]
    assert "cause" not in sections["Resolution"]


def resolution(*said: tuple[Role, str], asked: str = "The ferry push stops with FW-9.") -> str:
    """Return the resolution of a thread that is rated good."""
    ticket = make_ticket(messages=make_thread((Role.REQUESTER, asked), *said), satisfaction=Satisfaction.GOOD)  # fmt: skip
    return draft(ticket, by="a", at=AT).article.section("Resolution")


def test_what_only_judges_is_no_part_of_a_step() -> None:
    """A verdict beside a step goes; what comes of the step stays with it."""
    answer = "Not really a great solution. Open Settings > Network and delete the proxy. This will show a warning. Yearly clean-ups are questionable at best."  # fmt: skip
    assert resolution((Role.AGENT, answer)) == (
        "1. Open Settings > Network and delete the proxy. This will show a warning."
    )


def test_a_list_of_what_a_helper_wants_to_know_is_no_list_of_steps() -> None:
    """Points that ask for versions are left out, in whatever language they are asked for."""
    asked = "Il programma non si avvia dopo che ho fatto il nuovo aggiornamento di ieri."
    wants = (
        "Prova a fornire queste informazioni:\n\n1. Versione del traghetto\n2. Sistema operativo"
    )
    answer = "Apri Impostazioni > Rete e disattiva il proxy del porto."
    assert resolution((Role.AGENT, f"{wants}\n\n{answer}"), asked=asked) == f"1. {answer}"


def test_a_participle_tells_nobody_what_to_do() -> None:
    """What "was deleted" is no instruction in a helper's message; "delete" is."""
    asked = "Ich kann die Fähre nicht öffnen und es wird mir nur ein Fehler angezeigt."
    answer = "Der alte Ordner wurde gelöscht. Öffne die Einstellungen und deaktiviere den Proxy."
    text = resolution((Role.AGENT, answer), asked=asked)
    assert text == "1. Öffne die Einstellungen und deaktiviere den Proxy."


def test_thanks_without_a_full_stop_take_no_step_along() -> None:
    """Thanks and a name behind the last sentence are cut off, the sentence stays."""
    text = resolution((Role.AGENT, "Open Settings > Network and delete the stale proxy Thanks"))
    assert text == "1. Open Settings > Network and delete the stale proxy"


def test_a_report_is_no_environment() -> None:
    """Numbers of a pasted report's innards are nobody's version; a version takes the bare product's line."""
    asked = "Since Ferry 4.2 the push stops. NT 10.0 ANGLE 2.1.19736 ES 3.0.0"
    ticket = make_ticket(
        fields=(("product", already_safe("Ferry")), ("version", already_safe("N/A"))),
        messages=make_thread((Role.REQUESTER, asked), (Role.AGENT, "Set `push_window 90s`.")),
        satisfaction=Satisfaction.GOOD,
    )
    assert "- Ferry 4.2" == draft(ticket, by="a", at=AT).article.section("Environment")


def test_a_system_is_named_once_with_its_version() -> None:
    """However Apple's system is spelt, its number stays with it and no half of it is named beside it."""
    asked = "The push stops with FW-9 on Mac OS 15.3, and on Mac OS X 10.15 as well."
    ticket = make_ticket(
        messages=make_thread((Role.REQUESTER, asked), (Role.AGENT, "Set `push_window 90s`.")),
        satisfaction=Satisfaction.GOOD,
    )
    section = draft(ticket, by="a", at=AT).article.section("Environment")
    assert section.splitlines()[1:] == ["- Mac OS 15.3", "- Mac OS X 10.15"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("The ferry push stops with FW-9 and I do not know why.",
         "Keep up the good work with the ferry. Do not hesitate to open a new ticket."),
        ("The ferry push stops with FW-9 and I do not know why.",
         "Remove it all, I posted in error.\n\n```\n<person-2>\n```"),
        ("Die Fähre hält mit FW-9 an und ich weiß nicht, was das ist.",
         "Bleiben Sie gesund. Bitte öffnen Sie bei Fragen ein neues Ticket, wir sind für Sie da."),
        ("Le bac s'arrête avec FW-9 et je ne sais pas ce que c'est.",
         "Prenez soin de vous. N'hésitez pas à ouvrir un nouveau ticket avec toutes les questions."),
        ("El transbordador se para con FW-9 y no sé qué es lo que pasa.",
         "Que tenga un buen día. No dude en abrir un nuevo ticket si lo necesita para el barco."),
        ("A balsa para com FW-9 e não sei o que é isso nem o que fazer.",
         "Tenha um bom dia. Não hesite em abrir um novo chamado se precisar de mais alguma coisa."),
        ("フェリーの送信が FW-9 で止まります。どうしてでしょうか。",
         "お気軽に新しいチケットを開いてください。引き続きよろしくお願いします。"),
    ],
)  # fmt: skip
def test_pleasantries_are_no_answer(asked: str, said: str) -> None:
    """That somebody may open a new ticket is nothing that a reader could do about the problem."""
    messages = make_thread((Role.REQUESTER, asked), (Role.AGENT, said))
    ticket = make_ticket(messages=messages, satisfaction=Satisfaction.GOOD)
    assert NOTHING == missing(ticket)


@pytest.mark.parametrize(
    ("asked", "brought", "helped"),
    [
        ("The ferry push stops with FW-9 and I do not know why.",
         "I updated the ferry to 4.2 and then all the crates were gone.",
         "I deleted the stale proxy in Settings > Network."),
        ("Die Fähre hält mit FW-9 an und ich weiß nicht, was das ist.",
         "Ich habe die Fähre aktualisiert, danach waren alle Kisten weg.",
         "Ich habe den Proxy in den Einstellungen deaktiviert."),
        ("Le bac s'arrête avec FW-9 et je ne sais pas ce que c'est.",
         "J'ai activé la mise à jour et ensuite les caisses ont disparu.",
         "J'ai désactivé le proxy dans les paramètres du bac."),
        ("El transbordador se para con FW-9 y no sé qué es lo que pasa.",
         "He activado el puerto nuevo y las cajas desaparecieron.",
         "He desactivado el proxy en los ajustes del barco."),
        ("A balsa para com FW-9 e não sei o que é isso nem o que fazer.",
         "Desativei a cópia e as caixas sumiram.",
         "Desativei o proxy nas configurações da balsa."),
        ("フェリーの送信が FW-9 で止まります。どうしてでしょうか。",
         "設定を変更したところ、一覧が表示されなくなりました。",
         "古いプロキシを削除したら直りました。"),
    ],
)  # fmt: skip
def test_what_brought_the_problem_is_no_step(asked: str, brought: str, helped: str) -> None:
    """A deed after which it went wrong is left out, the one that helped is the resolution."""
    told = (Role.REQUESTER, f"{brought} {helped}")
    text = resolution((Role.AGENT, "?"), told, asked=asked)
    assert text.startswith("1. ")
    assert "2. " not in text
    assert brought.split()[-1].strip(".") not in text
