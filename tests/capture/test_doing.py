"""Tests of doing: what somebody says that they did becomes what to do, and nothing is made up."""

import pytest

from kb.capture.doing import instructed, tells
from kb.capture.pointing import leads_elsewhere, points_elsewhere


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("I deleted the file and restarted the client.", "delete the file and restart the client."),
        ("I solved it by deleting the file x.json.", "delete the file x.json."),
        ("I had to remove my account, then I added it again.", "remove the account, then add it again."),
        ("You should open Settings > Network.", "open Settings > Network."),
        ("First, I suggest comparing the two settings.", "compare the two settings."),
        ("The solution was to uninstall the add-on.", "uninstall the add-on."),
        ("Once I enabled the dark theme, it was fine.", "enable the dark theme."),
        ("Click the arrow (see picture).", "Click the arrow."),
        ("I deleted the account and it seems to be working now.", "delete the account."),
        ("Maybe you need to open the message pane.", "open the message pane."),
        ("It may also be necessary to delete the stale proxy.", "delete the stale proxy."),
        ("If a file is left, I suggest deleting that file.", "If a file is left, delete that file."),
        ("Turning off the add-on fixed it.", "turn off the add-on."),
        ("In the options select my own name only.", "In the options select the own name only."),
        ("When I deleted the old cache, it worked.", "delete the old cache."),
        ("I cleaned all traces of the client.", "clean all traces of the client."),
        ("Install the exporter by <person-1>.", "Install the exporter."),
        ("The problem went away after updating to 4.2.", "update to 4.2."),
        ("I suggest you check the proxy I think it is stale.", "check the proxy."),
        ("Use the address from https://vendor.example/en-us/ports now.", "Use the address from https://vendor.example/en-us/ports now."),
    ],
)  # fmt: skip
def test_a_deed_becomes_what_to_do(said: str, told: str) -> None:
    """The verb's form and the person change, what went well goes, and no word is added."""
    assert told == instructed(said)


@pytest.mark.parametrize(
    "said",
    [
        "It was a setting in my antivirus.",
        "When I opened the web page, the folder was gone.",
        "When I went into the mailbox, it was empty.",
        "After I opened the mailbox, nothing was there but the trash.",
        "In the menu you select what you need.",
        "In the window there is a button to press twice.",
        "Turned out my address had been turned off.",
        "I, personally, use another program.",
        "I tried everything.",
        "I selected lots of options.",
        "Edit and Delete is available for all.",
        "Don't know why it started.",
        "Using the button would only work for me.",
        "Sign of a broken berth.",
    ],
)
def test_no_deed_is_made_up(said: str) -> None:
    """What nobody can do, or nobody can tell what it was, is no instruction."""
    assert "" == instructed(said)
    assert not tells(said)


def test_what_is_possible_but_not_so_stays_whole() -> None:
    """ "You can A, but cannot B" is not cut down to "A"."""
    assert "" == instructed("You can create many of them, but cannot do it from the main page.")


@pytest.mark.parametrize(
    ("said", "points"),
    [
        ("See https://docs.vendor.example/cargo", True),
        ("This article might help: https://docs.vendor.example/cargo", True),
        ("Guarda qui -> https://docs.vendor.example/cargo", True),
        ("Install the cargo add-on from https://docs.vendor.example/cargo and restart it.", False),
        ("Set `cargo.view` as in https://docs.vendor.example/cargo", False),
        ("Click View > Cargo.", False),
    ],
)
def test_pointing_elsewhere(said: str, points: bool) -> None:
    """A link and words that lead to it tell nothing; a link beside a step is part of it."""
    assert points == points_elsewhere(said)


def test_two_people_are_sent_on() -> None:
    """A private message or another thread is of no use to a reader."""
    assert leads_elsewhere("I have sent you a PM.")
    assert leads_elsewhere("Closed as duplicate of the other one.")
    assert not leads_elsewhere("Send the message again.")
