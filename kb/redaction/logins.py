"""Whether a word that stands where users and machines stand is the name of one."""

from kb.redaction.hosts import DIGITS, FILE_ENDINGS, host, root_host
from kb.redaction.keys import digits_in, filled, ordinary, slug
from kb.redaction.lists import (
    common,
    documentation_hosts,
    family,
    function_bytes,
    given,
    not_people,
    top_domains,
)
from kb.redaction.patterns import compiled

VARIABLE = compiled(r"[$%{<(\[]|^(?:env|os|self|this|process|config|settings|data)\b")
FIRST_LAST = compiled(r"(?i)^[a-z]+\.[a-z]+$")
NO_DOMAIN = frozenset(
    b"HKLM HKCU HKEY_LOCAL_MACHINE HKEY_CURRENT_USER HKCR HKU SOFTWARE SYSTEM REGISTRY MACHINE C D E F NT AUTHORITY"
    b" BUILTIN APPPOOL APPDATA LOCALAPPDATA USERPROFILE ALLUSERSPROFILE PROGRAMDATA PROGRAMFILES COMMONPROGRAMFILES"
    b" SYSTEMROOT SYSTEMDRIVE WINDIR HOMEPATH HOMEDRIVE TEMP TMP PUBLIC".split()
)
"""Roots of the registry, what Windows' own accounts belong to, and variables that hold a folder."""
CMDLET = compiled(
    r"^(?:Add|Clear|Close|Compare|Complete|Connect|Convert(?:To|From)?|Copy|Debug|Disable|Disconnect|Enable|Enter"
    r"|Exit|Expand|Export|Find|ForEach|Format|Get|Grant|Import|Initialize|Install|Invoke|Join|Measure|Merge|Mount|Move"
    r"|New|Open|Out|Publish|Read|Register|Remove|Rename|Repair|Request|Reset|Resolve|Restart|Restore|Resume|Revoke"
    r"|Save|Search|Select|Send|Set|Show|Sort|Split|Start|Stop|Submit|Suspend|Sync|Test|Undo|Uninstall|Update|Use|Wait"
    r"|Where|Write)-[A-Z][A-Za-z]+$"
)
"""A command of PowerShell: an approved verb and what it is done to."""
NO_USER = frozenset(
    b"root admin administrator user users username name public default shared guest all system nobody daemon"
    b" www-data ubuntu ec2-user vagrant runner app node me you is was and the for to in on with from by not no"
    b" unknown none null true false anonymous example library local bin lib tmp test your my his her their linuxbrew"
    b" information account id password login agent interface profile experience guide manual group settings"
    b" userid logon upn blank nt postgres mysql mariadb nginx apache httpd redis jenkins docker tomcat elasticsearch".split()
) | {b"all users", b"default user", b"logon name", b"user name", b"your name", b"user id"}
NO_LOG_USER = frozenset(
    b"root unknown nobody from user username invalid illegal name account context certificate who that which in on at"
    b" is was the this type object objects".split()
)
NO_LOGIN = frozenset(
    b"or and is was the for with name password passwd string str id true false null none".split()
)
FREE = frozenset(
    b"postgres mysql mariadb nginx apache apache2 httpd git redis jenkins docker tomcat elasticsearch kibana grafana"
    b" prometheus rabbitmq mongodb mongod sshd ftp mail postfix dovecot named bind ntp syslog messagebus systemd"
    b" oracle sa sys db2inst1 hdfs hadoop spark kafka zookeeper solr vscode codespace runner gitlab-runner web www wheel"
    b" staff users sudo adm operator kernel homebrew pi odroid centos debian fedora opc core developer dev test tester"
    b" testuser demo myuser youruser my_user your_user new_user some_user someuser newuser user1 user2 foo bar baz alice"
    b" bob john jane service svc".split()
)
"""Users that packages and manuals make."""
OF_A_USER = frozenset((b"appdata", b"documents", b"downloads", b"desktop"))
"""What lies in a user's folder, where a manual leaves the user out: `C:\\Users\\AppData`."""
ONSETS = compiled(
    r"^(?:[bcfgkp][lr]|[dtw]r|ch|ck|cz|dj|dw|gh|gn|kh|kn|kw|lh|ll|mc|nh|ph|pf|ps|qu|rh|s[cfhklmnpqtvw]|th|ts|tw|tz|vl|vr|wh|x)"
)
"""How words begin that begin with two consonants, in the languages that people write here."""
CONSONANTS = compiled(r"^[bcdfghjklmnpqrstvwxz]{2}")
ENDED = compiled(
    r"(?:ed|ing|able|ible|ion|ive|al|ly|ous|ful|less|ent|ant|ic|ity|ment|ness|er|or|s|en|et|t)$"
)
"""How ordinary words end; a user's name may as well, but is then not told from them."""
LEVELS = frozenset(
    b"info warn warning error err debug trace notice fatal critical crit severe verbose localhost localhost.localdomain"
    b" main root host hostname server myhost my-host last message".split()
)
"""What stands behind a time in other logs, and hosts that are everybody's."""
NO_HOST = compiled(
    r"^(?:utf|http|win|windows|node|php|python|java|arm|amd|base|sha|ipv|office|log|error|port|version|release|step"
    r"|level|line|page|test|item|file|exit|code|model|core|ssl|tls|usb|com|eth|wlan|vlan|ens|enp|lan|disk|part|oauth"
    r"|nginx|apache|debian|ubuntu|centos|rhel|fedora|macos|ios|android|openssl|openssh|server|host|web|app)-?\d[\d.-]*$"
)
"""What only looks like a machine's name: a thing and its number."""
TECHNICAL_USER = compiled(
    r"^(?:oauth|ipv|base|sha|utf|i18n|l10n|k8s|[234]fa|mp[34]|v\d|x\d|win\d|[a-z]+\.(?:com|net|org|json|yml|yaml|xml|py|js))"
)
"""Terms with digits or dots that are said beside "user"."""


PARTED = bytes.maketrans(b"._-", b"   ")
NO_PART = frozenset(
    b"user name login account mail email id my your the new old test admin host db api app key pass password type field"
    b" role group mode read only page form web site auth token client server service default root".split()
)
"""What the parts of settings and fields are called."""


def given_user(value: bytes) -> bool:
    """Return whether the user that stands beside a password is given, be it `admin` or `root`."""
    name = value.strip(b".,;").lower()
    return len(name) > 1 and name not in NO_LOGIN and not VARIABLE.search(value)


def username(value: bytes) -> bool:
    """Return whether a user's name is a person's choice, not the word of a sentence."""
    name = value.strip(b".,:;-").lower()
    return (
        len(name) > 1
        and name not in NO_USER
        and filled(value)
        and not CMDLET.search(value)
        and not name.endswith((b".com", b".net"))
    )


def folder_user(value: bytes) -> bool:
    """Return whether a folder of users' homes is somebody's; `first.last` is no expression there."""
    if value.lower() in OF_A_USER:
        return False
    named = FIRST_LAST.search(value) and value.rpartition(b".")[2].lower() not in FILE_ENDINGS
    return bool(named) or username(value)


def account(value: bytes) -> bool:
    """Return whether `DOMAIN\\user` is an account, not a path or an escape."""
    domain, _, user = value.partition(b"\\")
    made_up = f"{domain.lower().decode('latin-1')}.com" in documentation_hosts()
    return domain not in NO_DOMAIN and not made_up and folder_user(user.strip(b"\\"))


def log_user(value: bytes) -> bool:
    """Return whether a log's user is anybody but the superuser, which every machine has."""
    return value.lower() not in NO_LOG_USER


def prompt(value: bytes) -> bool:
    """Return whether a shell's prompt names a user or a machine, not a manual's."""
    user, _, machine = value.lower().partition(b"@")
    free = (
        machine in LEVELS
        or machine.split(b".")[0] in FREE
        or machine in (b"ubuntu", b"raspberrypi", b"kali")
    )
    return not free and (username(user) or not ordinary(machine) or digits_in(machine) > 0)


def signed_in(value: bytes) -> bool:
    """Return whether a word where users stand is one's name: no word, no package's, no manual's."""
    name = value.strip(b".,:;-").lower()
    if not username(name) or name in FREE or ordinary(name) or slug(name) or len(name) < 4:
        return False
    stem = name.rstrip(b"0123456789").decode("latin-1")
    if stem in not_people() or stem in common():
        return False
    odd = name.translate(None, DIGITS + b"_.") != name and not TECHNICAL_USER.search(name)
    return odd or _unworded(name)


def _unworded(name: bytes) -> bool:
    """Return whether a word begins as no word does, or is an initial and a listed name."""
    strange = CONSONANTS.search(name) and not ONSETS.search(name)
    whole, rest = name.decode("latin-1"), name[1:].decode("latin-1")
    listed = whole in given() or whole in family() or (len(rest) > 4 and rest in family())
    return bool(strange) or listed


def acting(value: bytes) -> bool:
    """Return whether whoever a log says did something has a name."""
    name = value.lower()
    return signed_in(name) or (
        username(name) and name not in FREE and not ordinary(name) and not ENDED.search(name)
    )


def station_name(value: bytes) -> bool:
    """Return whether the word behind a log's time is a machine's name."""
    return value.lower() not in LEVELS and not value.isdigit() and host(value)


def short_host(value: bytes) -> bool:
    """Return whether a host's name without a domain is one: words or letters with a number."""
    name = value.lower()
    return (
        digits_in(name) > 0 and not NO_HOST.search(name) and not ordinary(name) and not slug(name)
    )


def own_host(value: bytes) -> bool:
    """Return whether a team's service is a firm's own, not an open project's."""
    return root_host(value) and value.rpartition(b".")[2].lower() not in (
        b"org",
        b"io",
        b"edu",
        b"dev",
    )


def full_name(value: bytes) -> bool:
    """Return whether a directory's entry is a person's: two words of which none is ordinary."""
    words = [word.strip(b".,'").decode("latin-1").lower() for word in value.split()]
    return not any(word in common() or word in not_people() for word in words)


def user_argument(value: bytes) -> bool:
    """Return whether a command is given somebody's name, not a package's or a manual's."""
    name = value.strip(b".,:;-").lower()
    return username(name) and name not in FREE and not ordinary(name)


def told_user(value: bytes) -> bool:
    """Return whether a word between "user" and "password" is one's name: `first.last` as well."""
    name = value.strip(b".,:;-").lower()
    last = name.rpartition(b".")[2]
    if name in function_bytes() or last in FILE_ENDINGS or last.decode("latin-1") in top_domains():
        return False
    parts = name.translate(PARTED).split()
    joined = len(parts) == 2 and NO_PART.isdisjoint(parts)
    return (joined and folder_user(name)) or user_argument(value)
