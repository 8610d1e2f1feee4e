"""`kb audit`: proof for every page on the site that its approval holds."""

import json
from dataclasses import asdict

import click

from kb.articles.audit import Proof
from kb.articles.audit import audit as proofs_of
from kb.articles.signature import verify_with
from kb.cli import out
from kb.cli.workspace import json_option, open_workspace


@click.command()
@json_option
@click.pass_context
def audit(context: click.Context, as_json: bool) -> None:
    """Prove for every page in docs/articles/ that its approval holds, or name the page that fails.

    It reads the files alone, offline: bytes, approvers, and their signatures where the workspace
    lists its signers. Ends with 1 when a page fails.
    """
    workspace = open_workspace()
    proofs = list(proofs_of(workspace.library, verify_with(workspace.config.signers)))
    for proof in proofs:
        out.line(_json(proof) if as_json else _told(proof))
    failed = sum(not proof.holds for proof in proofs)
    out.say(f"{out.number(len(proofs), 'page')}, {failed} without an approval that holds")
    context.exit(1 if failed else 0)


def _json(proof: Proof) -> str:
    return json.dumps({**asdict(proof), "holds": proof.holds}, ensure_ascii=False)


def _told(proof: Proof) -> str:
    if not proof.holds:
        return f"FAILS  {proof.path}: {proof.reason}"
    names = [f"{name}{' (signed)' if name in proof.signed else ''}" for name in proof.approvers]
    return f"holds  {proof.path}: {', '.join(names)} · {proof.digest[:19]}"
