"""Tests of the problem: what of a first message an article needs, in the requester's words."""

import pytest
from factories import make_thread, make_ticket

from kb.capture.problem import problem_of
from kb.redaction import already_safe
from kb.tickets.ticket import Role

SYMPTOM = "The ferry push stops after a minute with a broken pipe."


def told(*paragraphs: str, subject: str = "Push stops") -> list[str]:
    """Return the sentences that are kept of a first message."""
    messages = make_thread((Role.REQUESTER, "\n\n".join(paragraphs)))
    ticket = make_ticket(subject=already_safe(subject), messages=messages)
    return [unit.text for unit in problem_of(ticket)]


@pytest.mark.parametrize(
    "said",
    [
        "Does anyone have a solution?",
        "Am I the only one having this problem?",
        "How can I fix this?",
        "I have searched the forum and the help pages.",
        "I am in Freedonia and retired.",
        "This is a real nuisance.",
        "You can also reach me at work.",
        "X-Ferry-Status: 0001; queue=<a>",
        "/9j/4AAQSkZJRgABAQAASABIAADq4QBYRXhpZgAATU0AKgAAAAgAAgESAAMAAAABAAEAAIdpAAQ",
    ],
)
def test_what_tells_nothing_of_it_is_left_out(said: str) -> None:
    """Questions to the crowd, temper, person, headers and heaps of characters are no issue."""
    assert [SYMPTOM] == told(f"{SYMPTOM}\n\n{said}")


def test_a_question_that_names_the_aim_stays() -> None:
    """What somebody wants to know is the issue where it names a thing."""
    assert ["How do I raise the push window?"] == told("How do I raise the push window?")


def test_a_long_story_becomes_five_sentences() -> None:
    """The sentences that tell most stay, in their order."""
    story = [
        f"In year {n} we moved the harbour office to quay {n} with a friend." for n in range(9)
    ]
    kept = told(*story[:4], SYMPTOM, *story[4:], 'The log says "FW-2107 no berth".')

    assert len(kept) <= 5
    assert [SYMPTOM, 'The log says "FW-2107 no berth".'] == [k for k in kept if "year" not in k]


def test_what_leads_up_to_a_list_stays_with_it() -> None:
    """A line with a colon stays where its list stands below it, and goes without one."""
    assert ["I see this:", "no berth", "no crane"] == told("I see this:\n- no berth\n- no crane")
    assert [SYMPTOM] == told(SYMPTOM, "I have sent the log as told here:")


def test_where_nothing_is_left_the_subject_speaks() -> None:
    """A message that tells nothing leaves the subject."""
    assert ["Push stops"] == told("Hello, can anybody help?")


def test_a_pasted_report_is_no_issue() -> None:
    """After several blocks of code in one message nothing is read."""
    report = "\n\n".join(f"```\nName{n}: x = {n}\n```" for n in range(5))
    assert [SYMPTOM] == told(SYMPTOM, report, "Renderer seven is not loaded here.")


def test_what_a_program_tells_of_itself_is_no_issue() -> None:
    """A report that a program makes for support ends what is read, be it one block alone."""
    report = "```\nUser Agent: Ferry/4.2 (Harbour 9)\n```"
    assert [SYMPTOM] == told(SYMPTOM, report, "Renderer seven is not loaded here.")


def test_a_quotation_is_not_torn() -> None:
    """A message in quotation marks stays one sentence."""
    said = 'It shows "Login failed. Check the harbour name." and stops.'
    assert [said] == told(said)


def test_you_in_a_question_is_anybody() -> None:
    """ "How do you ..." asks no helper for anything: it is the problem."""
    asked = "How do you show the crates without opening the hold?"
    ticket = make_ticket(messages=make_thread((Role.REQUESTER, asked)),
                         subject=already_safe("Crates"))  # fmt: skip
    assert [asked] == [unit.text for unit in problem_of(ticket)]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("```\nand I cannot get past it.\n```", [SYMPTOM, "and I cannot get past it."]),
        ("```\n      </td>   </tr>\n```", [SYMPTOM]),
        ("```\n   [image]\n```", [SYMPTOM]),
        ("```\nferry: broken pipe\n```", [SYMPTOM, "```\nferry: broken pipe\n```"]),
    ],
)
def test_what_merely_stands_in_a_fence(said: str, expected: list[str]) -> None:
    """What somebody says is prose, whatever it stands in; tags and pictures alone are nothing."""
    assert expected == told(SYMPTOM, said)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("Can you please tell me how to move the crates to a new hold?", "how to move the crates to a new hold?"),
        ("Does anyone know where the crates of the hold are kept?", "where the crates of the hold are kept?"),
        ("Kan iemand mij vertellen hoe de kisten in het ruim komen en waar ze zijn?", "hoe de kisten in het ruim komen en waar ze zijn?"),
    ],
)  # fmt: skip
def test_what_leads_up_to_a_question_goes(asked: str, expected: str) -> None:
    """Whom somebody asks is no part of what they ask."""
    assert told(asked, subject="Crates") == [expected]
