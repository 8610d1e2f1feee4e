"""Signs statements with SSH keys and checks them against git's `allowed_signers`, by ssh-keygen."""

import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from kb.articles.approval import Verify
from kb.articles.lifecycle import Sign
from kb.errors import ConfigError, LifecycleError

NAMESPACE = "docworthy-approval"
"""What a signature is for, so that one made for git or mail cannot be used here (`sshsig`)."""
_HEAD, _FOOT = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Signers:
    """The people whose signature counts: a file in the form of ssh-keygen's ALLOWED SIGNERS.

    One line a key: the person's address in lower case, then the public key. `valid-after` and
    `valid-before` are held against the time of the approval.

    Raises:
        ConfigError: There is no such file, or ssh-keygen is not installed.
    """

    path: Path
    _known: dict[tuple[str, str, str, datetime], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what cannot be read: nobody's signature would hold."""
        if not self.path.is_file():
            raise ConfigError(self.path.name, "the file of allowed signers is not there", "Add it")

    def verify(self, who: str, said: str, signature: str, at: datetime) -> str:
        """Return the fingerprint of the key that signed `said` as `who`, `""` if none did."""
        asked = (who, said, signature, at)
        if asked not in self._known:
            self._known[asked] = self._verify(*asked) if _is_base64(signature) else ""
        return self._known[asked]

    def _verify(self, who: str, said: str, signature: str, at: datetime) -> str:
        with tempfile.NamedTemporaryFile("w", suffix=".sig", encoding="ascii") as file:
            file.write("\n".join((_HEAD, *_lines(signature), _FOOT, "")))
            file.flush()
            moment = f"verify-time={at.astimezone(UTC):%Y%m%d%H%M%S}"
            told = _keygen(
                ("verify", "-f", str(self.path), "-I", who, "-s", file.name, "-O", moment), said
            )
        return told.stdout.rsplit(" ", 1)[-1].strip() if told.returncode == 0 else ""


def verify_with(path: Path | None) -> Verify | None:
    """Return what checks signatures against the file, None where the workspace lists nobody.

    What it found once is not asked again as long as the file says the same.

    Raises:
        ConfigError: There is no such file.
    """
    if path is None:
        return None
    return _signers(path, path.read_bytes() if path.is_file() else b"").verify


@lru_cache(4)
def _signers(path: Path, said: bytes) -> Signers:
    return Signers(path)


@dataclass(frozen=True, slots=True)
class Key:
    """The key that signs: a private key's file, or a public key's whose other half an agent holds."""

    path: Path

    def sign(self, said: str) -> str:
        """Return the signature in base64, on one line.

        Raises:
            LifecycleError: The key cannot sign: it is not there, or its passphrase is unknown.
        """
        told = _keygen(("sign", "-f", str(self.path)), said)
        text = told.stdout
        if told.returncode or _HEAD not in text:
            raise LifecycleError(
                self.path.name,
                "this key cannot sign",
                "Name a private key with KB_SSH_KEY, or load it into the agent",
            )
        return "".join(text.partition(_HEAD)[2].partition(_FOOT)[0].split())


def sign_with(path: Path | None) -> Sign | None:
    """Return what signs with the key at `path`, None where no key is named."""
    return Key(path).sign if path else None


def _keygen(arguments: Sequence[str], said: str) -> subprocess.CompletedProcess[str]:
    command = ["ssh-keygen", "-Y", arguments[0], "-n", NAMESPACE, *arguments[1:]]
    env = {**os.environ, "TZ": "UTC", "LC_ALL": "C"}
    try:
        return subprocess.run(
            command, input=said, capture_output=True, text=True, timeout=_SECONDS, check=False,
            env=env,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        raise ConfigError(
            "ssh-keygen", "it did not run or did not end", "Install OpenSSH 8.2 or newer"
        ) from None


def _lines(signature: str) -> list[str]:
    return [signature[at : at + 70] for at in range(0, len(signature), 70)]


def _is_base64(signature: str) -> bool:
    plain = signature.replace("+", "").replace("/", "").rstrip("=")
    return bool(plain) and plain.isascii() and plain.isalnum()
