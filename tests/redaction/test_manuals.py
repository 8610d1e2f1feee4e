"""What manuals write is nobody's; what stands in the same place in a ticket is somebody's."""

import pytest

from kb.redaction import Redactor

REDACTOR = Redactor()
MANUALS = (
    "write to user@contoso.com or john@fabrikam.com",
    "such as usera@contoso.com\nThe original site",
    "this is displayed as UserName@DomainName.com",
    "the name is https://autodiscover.contoso.com/autodiscover",
    "Computer: mailbox1.contoso.com",
    "browse to http://YourDomain.sharepoint.com/teamsite",
    "https://tenant.sharepoint.com/sites/home",
    r"use the path \\ServerName\Folder\File.accdb",
    r"the installer lies on \\server\share\setup.exe",
    r"HKEY_LOCAL_MACHINE\Software\Microsoft\Windows NT\CurrentVersion",
    r'"$env:LOCALAPPDATA\Packages"',
    r"C:\Users\userid\AppData\Roaming",
    r"exclude C:\Users\AppData\Local\Microsoft\Teams\current",
    r"SETSPN -S FAKEPROTOCOL/FAKESERVICENAME CONTOSO\SPSVC",
    "Target: domain.sharepoint.com",
    "for a single user: Get-InformationBarrierRecipientStatus -Identity",
    "Login failed for user 'username'.",
    "the ldap query -ResultSetSize $null -Properties $more",
    "issue\nerror-code-0x8004de40-or-0x8004de88-when-signing-in-to-drive_1\nsymptoms",
    "[x](#use-the-get-tidediagnosticobjectssummaryps1-script)",
    "remove all credentials for TideOffice16, then",
    "MS Excel Worksheets via DDE",
    "at Microsoft.Office.Tools.CustomTaskPane.Show()",
    "550-550-511-or-550-571-ndr-message-when-an-external",
    "media/fix-error-code-550-5-7-1-in-mail/x.png",
    "The user name or password is incorrect&quot; when you use",
)
TICKETS = (
    "write to user@tidewheel.example or john@quillfeder.de",
    "it looks like quill@tidewheel.onmicrosoft.com",
    "browse to http://tidewheel.sharepoint.com/teamsite",
    r"use the path \\tide01\Folder\File.accdb",
    r"TIDEWHEEL\dquill is locked",
    r"TIDEWHEEL\SPSVC",
    r"C:\Users\dquill\AppData\Roaming",
    "Login failed for user 'dquill'.",
    "ssh db.tidewheel.internal",
    "ssh files.office.tidewheel.de",
    "see https://quillfeder.host.com",
    "see https://yourquill.com",
    "write to user@mail.tidewheel.de",
    "someone@support.tidewheel.de wrote",
    r"C:\Users\Administrator.TIDEWHEEL\AppData",
    "USER: quill\nPASS: Dragonfly",
    "resource tidewheel-10-105-160-95 kernel",
)


@pytest.mark.parametrize("line", MANUALS)
def test_what_a_manual_writes_survives(line: str) -> None:
    assert REDACTOR.find(line) == ()


@pytest.mark.parametrize("line", TICKETS)
def test_what_a_ticket_says_in_the_same_place_is_found(line: str) -> None:
    assert REDACTOR.find(line)


@pytest.mark.parametrize(
    "line",
    [
        "See https://tide.example/a%20b\n" + "z" * 92 + " https://support.office.com/article/a-b",
        "http://tide.example/?of=a%2Cb) " + "z" * 96 + " read from cache: Unable to fetch data",
        "The order will not be able to advance. Unfortunately, the way out of this is long.",
    ],
)
def test_half_a_word_is_none(line: str) -> None:
    """The piece of a text that a rule is tried on ends where a word does."""
    assert REDACTOR.find(line) == ()
