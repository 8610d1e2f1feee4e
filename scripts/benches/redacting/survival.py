"""Made lines of what a reader needs and no redactor may touch."""

import random
from collections.abc import Callable, Iterator

HEXADECIMAL = "0123456789abcdef"
BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
KEY_EXAMPLE = "AKIA" + "IOSFODNN7EXAMPLE"
"""The key that Amazon's own documentation shows."""
LINES = 50
"""Of each kind."""


class Maker:
    """Dice with the shapes that lines are made of."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)

    def hexed(self, length: int) -> str:
        """Return so many hexadecimal digits."""
        return "".join(self.dice.choice(HEXADECIMAL) for _ in range(length))

    def packed(self, length: int) -> str:
        """Return so many letters of base64."""
        return "".join(self.dice.choice(BASE64) for _ in range(length))

    def number(self, top: int) -> int:
        """Return a number below `top`."""
        return self.dice.randrange(top)

    def version(self) -> str:
        """Return a version of three numbers."""
        return f"{self.number(30)}.{self.number(20)}.{self.number(9)}"

    def uuid(self) -> str:
        """Return a random UUID."""
        return f"{self.hexed(8)}-{self.hexed(4)}-4{self.hexed(3)}-a{self.hexed(3)}-{self.hexed(12)}"

    def time(self) -> str:
        """Return a timestamp with milliseconds."""
        day = f"2026-{self.number(12) + 1:02}-{self.number(28) + 1:02}"
        return f"{day}T{self.number(24):02}:{self.number(60):02}:00.{self.number(999):03}Z"


KINDS: dict[str, Callable[[Maker], str]] = {
    "versions": lambda m: f"Fixed in version {m.version()}, from {m.number(9)}.{m.number(9)} with pip install tool=={m.version()}",
    "builds": lambda m: f"Chrome/{m.number(130)}.0.{m.number(6000)}.{m.number(200)} Safari/537.36 on Windows 11 build 22631.{m.number(9999)}",
    "commits": lambda m: f"commit {m.hexed(40)} broke it; see also {m.hexed(7)} and the tag v{m.version()}-rc{m.number(9)}",
    "commit links": lambda m: f"https://github.com/pallets/flask/commit/{m.hexed(40)} and https://github.com/pallets/flask/blob/{m.hexed(40)}/setup.py#L{m.number(99)}",
    "checksums": lambda m: f"sha256:{m.hexed(64)}  tool-{m.version()}-py3-none-any.whl",
    "checksum lists": lambda m: f"{m.hexed(64)}  tool-{m.version()}.tar.gz",
    "lock files": lambda m: f'      "integrity": "sha512-{m.packed(86)}==",',
    "pip hashes": lambda m: f"    --hash=sha256:{m.hexed(64)} \\",
    "go sums": lambda m: f"golang.org/x/net v0.{m.number(40)}.0 h1:{m.packed(43)}=",
    "images": lambda m: f"docker pull nginx@sha256:{m.hexed(64)} or nginx:1.{m.number(30)}-alpine",
    "request ids": lambda m: f"request id {m.uuid()} failed with HTTP 50{m.number(9)}",
    "etags": lambda m: f'ETag: "{m.hexed(32)}" x-request-id: {m.uuid()}',
    "timestamps": lambda m: f"{m.time()} INFO started in {m.number(9999)} ms, 12 of 12 checks passed",
    "error codes": lambda m: f"error 0x{m.hexed(8).upper()} at 0x{m.hexed(16)} in libcrypto.so.{m.number(9)}.{m.number(9)}",
    "stack traces": lambda m: f"    at org.apache.catalina.core.StandardHostValve.invoke(StandardHostValve.java:{m.number(900)})",
    "example hosts": lambda m: f"curl http://example.com:{m.number(9999)}/v{m.number(9)}/status and http://api.example.org/",
    "example addresses": lambda m: f"ping 192.0.2.{m.number(255)}, 198.51.100.{m.number(255)}, 203.0.113.{m.number(255)}, 127.0.0.1:8080, 2001:db8::{m.number(999):x}",
    "example mail": lambda m: f"write to user{m.number(99)}@example.com or admin@example.org",
    "example keys": lambda m: f"aws_access_key_id = {KEY_EXAMPLE} # take your own, api_key=YOUR_API_KEY_{m.number(9)}",
    "placeholders": lambda m: f"export TOKEN=${{TIDE_TOKEN_{m.number(9)}}} PASSWORD=<your-password> SECRET={{{{ vault.secret }}}}",
    "settings": lambda m: f"Open Settings > Account Settings > Server Settings {m.number(9)} in Mozilla Thunderbird and click Repair Folder",
    "products": lambda m: f"Works with Jenkins {m.version()}, Grafana, Kubernetes, PostgreSQL {m.number(18)}, Microsoft Exchange Online and Visual Studio Code",
    "commands": lambda m: f"kubectl -n kube-system rollout restart deployment/coredns --timeout={m.number(99)}s && systemctl status postgresql@{m.number(18)}-main",
    "slugs": lambda m: f"https://support.mozilla.org/en-US/kb/where-to-enter-your-product-key-{m.uuid()}",
}  # fmt: skip
"""One line a call, by what it must keep."""


def survivors(seed: int = 7) -> Iterator[tuple[str, str]]:
    """Yield kind and line."""
    maker = Maker(seed)
    for kind, make in KINDS.items():
        for _ in range(LINES):
            yield kind, make(maker)
