"""What review says, the built site obeys: signatures, and the release that mended the product."""

import shutil
import subprocess
from pathlib import Path

import pytest
from built_site import ANNA, BEN, draft, published, workspace

from kb.articles.article import Verb
from kb.articles.lifecycle import move
from kb.articles.signature import Key

SIGNED = '[review]\nsigners = "allowed_signers"\n'


def test_page_says_that_it_was_fixed(tmp_path: Path) -> None:
    """While nobody has retired a workaround, its page says which release made it needless."""
    made = workspace(
        tmp_path,
        published(draft("old", fixed_in=("Ferry CLI 1.12",))),
        published(draft("new", fixed_in=("Ferry CLI 1.20",))),
        toml='[review]\nsupported = ["Ferry CLI 1.12"]\n',
    )
    assert 0 == made.build().returncode
    page, other = (made.site / "articles" / name / "index.html" for name in ("old", "new"))

    assert "Fixed in Ferry CLI 1.12" in page.read_text()
    assert "Fixed in" not in other.read_text()


@pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="no ssh-keygen here")
def test_build_wants_signatures(tmp_path: Path) -> None:
    """Where signers are listed, an unsigned approval stops the build and a signed one does not."""
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    root = tmp_path / "site-of-ours"
    root.mkdir()
    made = workspace(root, published(draft("unsigned")), toml=SIGNED)
    public = key.with_suffix(".pub").read_text()
    (root / "allowed_signers").write_text(f"ben@ferrywright.example {public}")
    refused = made.build()
    assert 0 != refused.returncode
    assert "articles/unsigned.md: 0 of 1 approvals hold" in refused.stderr

    article = draft("signed")
    at = published(article).history[0].at
    for verb, by in ((Verb.SUBMIT, ANNA), (Verb.APPROVE, BEN)):
        article = move(article, verb, by=by, at=at, sign=Key(key).sign)
    made.library.save(move(article, Verb.PUBLISH, by=BEN, at=at))
    (root / "docs/articles/unsigned.md").unlink()
    assert 0 == made.build().returncode
