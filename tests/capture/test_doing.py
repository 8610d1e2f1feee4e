"""Tests of doing: what somebody says that they did becomes what to do, and nothing is made up."""

import pytest

from kb.capture.doing import instructed, tells
from kb.capture.pointing import leads_elsewhere, points_elsewhere
from kb.capture.scene import got_better, went_wrong
from kb.capture.series import steps_of


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
        ("Got it working by deleting old keys and starting over.", "delete old keys and start over."),
        ("Worked this one out by copying the hold (it was large, so I could not export it).", "copy the hold."),
        ("What worked was delete the port in the list and add it again.", "delete the port in the list and add it again."),
        ("It was a matter of deleting the spool and its index.", "delete the spool and its index."),
        ("Problem solved by changing the port to 7443.", "change the port to 7443."),
        ("Re-booting the relay solved the problem.", "re-boot the relay."),
        ("I deleted the crates and rebuilt them so it is now resolved.", "delete the crates and rebuild them."),
        ("However, uninstalling the shield has solved all my problems.", "uninstall the shield."),
        ("It seems like reinstalling the client solved the problem.", "reinstall the client."),
        ("Your suggestion to repair the hold of each crate worked.", "repair the hold of each crate."),
        ("I eventually solved this by installing the old client and copied over the hold.", "install the old client and copy over the hold."),
        ("The short term solution has been to disable the shield.", "disable the shield."),
        ("What I did was open Settings, then click on Ports.", "open Settings, then click on Ports."),
        ("What I've found that seems to be working is to copy over the hold.", "copy over the hold."),
        ("The port requires that you create a key of your own.", "create a key of your own."),
        ("I've resolved the issue by uninstalling the client and re-installing it.", "uninstall the client and re-install it."),
        ("We've fixed it by changing the port of the relay.", "change the port of the relay."),
        ("What has apparently solved the problem is going to View/Crates and selecting All.", "go to View/Crates and select All."),
        ("I moved the spool and the missing crates came back.", "move the spool."),
        ("I turned off the relay and the errors stopped.", "turn off the relay."),
        ("I suggest you check the proxy I think it is stale.", "check the proxy."),
        ("I suggest you try changing the port and restarting the relay.", "change the port and restart the relay."),
        ("Try to rebuild the index of the slow crate.", "rebuild the index of the slow crate."),
        ("Right-click the crate, choose Repair and see if that helps.", "Right-click the crate, choose Repair."),
        ("Copy the token to the new host and edit hosts.ini there.", "Copy the token to the new host and edit hosts.ini there."),
        ("I copied the token and edited hosts.ini on the relay.", "copy the token and edit hosts.ini on the relay."),
        ("The solution was going into the spool folder and deleting the lock.", "go into the spool folder and delete the lock."),
        ("In place of the relay, I installed the ferry client.", "In place of the relay, install the ferry client."),
        ("You should be able to highlight the crate and repair it.", "highlight the crate and repair it."),
        ("I deleted the client and all data, then restarted the relay.", "delete the client and all data, then restart the relay."),
        ("I switched from push to pull and it looks like crates are coming.", "switch from push to pull."),
        ("I used a workaround by modifying the crate list.", "modify the crate list."),
        ("The push hung again so I deleted the lock.", "delete the lock."),
        ("I just discovered that I have to open a second account.", "open a second account."),
        ("I had to go back two versions to find a list with crates but after putting that one in place I now have two.", "go back two versions to find a list with crates."),
        ("Use the address from https://vendor.example/en-us/ports now.", "Use the address from https://vendor.example/en-us/ports now."),
    ],
)  # fmt: skip
def test_a_deed_becomes_what_to_do(said: str, told: str) -> None:
    """The verb's form and the person change, what went well goes, and no word is added."""
    assert told == instructed(said)


@pytest.mark.parametrize(
    "said",
    [
        "I made a bad bet with this client.",
        "I applied a very simple solution that resolves all.",
        "Now, compacting the one crate works.",
        "I reinstalled the client from scratch and the problems are the same.",
        "Opening and closing the list every time makes this laborious.",
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
        "I updated to 4.2 and then all crates were gone.",
        "After updating to 4.2, the crates disappeared.",
        "I installed the update and now nothing works.",
        "I changed the berth to 9, which broke sending.",
        "Copied the crates to a second quay and not all crates were copied.",
        "I found the error and fixed it.",
        "I usually update the client only when they say so.",
    ],
)
def test_no_deed_is_made_up(said: str) -> None:
    """What nobody can do, or nobody can tell what it was, is no instruction."""
    assert "" == instructed(said)
    assert not tells(said)


@pytest.mark.parametrize(
    ("lang", "worse", "better"),
    [
        ("en", "and then the crates were gone", "and then the error was gone"),
        ("de", "danach waren die kisten weg", "danach war der fehler weg"),
        ("fr", "ensuite les caisses ont disparu", "ensuite l'erreur a disparu"),
        ("es", "y las cajas desaparecieron", "y el error desapareció"),
        ("pt", "e as caixas sumiram", "e o erro sumiu"),
        ("ja", "その後、一覧が表示されなくなりました", "その後、エラーが出なくなりました"),
    ],
)
def test_what_came_of_a_deed(lang: str, worse: str, better: str) -> None:
    """That a thing is gone is bad news, that the error is gone is good news."""
    assert went_wrong(worse, lang)
    assert not went_wrong(better, lang)
    assert got_better(better, lang)


@pytest.mark.parametrize(
    ("lang", "said", "steps"),
    [
        ("en", "click Tools, select Quays, open the last tab, clear the box and press OK.",
         ("click Tools.", "select Quays.", "open the last tab.", "clear the box.", "press OK.")),
        ("de", "Öffnen Sie die Liste, klicken Sie auf Kisten, wählen Sie die letzte und starten Sie neu.",
         ("Öffnen Sie die Liste.", "klicken Sie auf Kisten.", "wählen Sie die letzte.", "starten Sie neu.")),
        ("fr", "Ouvrez la liste, cliquez sur Caisses, sélectionnez la dernière puis redémarrez le client.",
         ("Ouvrez la liste.", "cliquez sur Caisses.", "sélectionnez la dernière.", "redémarrez le client.")),
        ("es", "Abra la lista, seleccione la caja, elimine la copia y reinicie el programa.",
         ("Abra la lista.", "seleccione la caja.", "elimine la copia.", "reinicie el programa.")),
        ("pt", "Abra a lista, clique em Caixas, remova a cópia e reinicie o programa.",
         ("Abra a lista.", "clique em Caixas.", "remova a cópia.", "reinicie o programa.")),
        ("en", "Once installed, copy the crate to the quay, clear the box, open the lid and then restart.",
         ("Once installed, copy the crate to the quay.", "clear the box.", "open the lid.", "restart.")),
        ("en", "Open the list of boxes such as set, draft, copy, mark, and click the last.",
         ("Open the list of boxes such as set, draft, copy, mark, and click the last.",)),
        ("en", "Delete the crate, then restart and wait.", ("Delete the crate, then restart and wait.",)),
        ("en", "Press it (open the lid, select one, press OK, click Close) and wait.",
         ("Press it (open the lid, select one, press OK, click Close) and wait.",)),
        ("ja", "一覧を開き、箱を選択し、複製を削除し、再起動してください。", ("一覧を開き、箱を選択し、複製を削除し、再起動してください。",)),
    ],
)  # fmt: skip
def test_many_deeds_are_many_steps(lang: str, said: str, steps: tuple[str, ...]) -> None:
    """A sentence of four deeds and more is a step a deed; fewer, and what stands in brackets, stay together."""
    assert steps == steps_of(said, lang)


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
