"""`kb redact`, as another program calls it."""

import json
import subprocess
import sys
from pathlib import Path

import forked
import pytest

from kb.redaction import known_from


def kb_redact(given: bytes, at: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    told = given.decode(errors="surrogateescape")
    return forked.run("kb", "redact", *arguments, cwd=at, told=told)


def lines(run: subprocess.CompletedProcess[str]) -> list[dict]:
    return [json.loads(line) for line in run.stdout.splitlines()]


def test_a_line_in_is_a_line_out_in_the_documented_form(tmp_path: Path) -> None:
    """`id`, `text` and `findings` with entity, start, end, recognizer, confidence."""
    text = "é mail d.quill@tidewheel.test"
    run = kb_redact(json.dumps({"id": 7, "text": text}).encode() + b"\n\n", tmp_path)
    assert (0, "") == (run.returncode, run.stderr)
    [line] = lines(run)
    [finding] = line["findings"]
    assert (7, "é mail <email-1>") == (line["id"], line["text"])
    assert {"entity", "start", "end", "recognizer", "confidence"} == set(finding)
    assert "d.quill@tidewheel.test" == text[finding["start"] : finding["end"]]


def test_what_the_line_knows_is_found(tmp_path: Path) -> None:
    """`known` is optional and holds for its own line alone."""
    known = {"requester": {"name": "Dana Quillfeather", "organization": "Tidewheel"}}
    rows = [{"id": "1", "text": "quillfeather at Tidewheel", "known": known},
            {"id": "2", "text": "quillfeather at Tidewheel"}]  # fmt: skip
    run = kb_redact("\n".join(map(json.dumps, rows)).encode(), tmp_path)
    assert ["<person-1> at <organisation-1>", "quillfeather at Tidewheel"] == [
        line["text"] for line in lines(run)
    ]


@pytest.mark.parametrize(
    "bad",
    [b'{"id": "2", "text": "Tide-Wheel99', b"\xff\xfe", b"[1]", b'{"id": "2", "text": 7}',
     b'{"id": "2", "text": "x", "known": "Tide-Wheel99"}', b"[" * 100_000],
)  # fmt: skip
def test_a_bad_line_is_told_with_its_number_and_is_not_fatal(tmp_path: Path, bad: bytes) -> None:
    """The others are done; the command ends with 1; no word of the line is repeated."""
    good = b'{"id": "%d", "text": "x"}\n'
    run = kb_redact(good % 1 + bad + b"\n" + good % 3, tmp_path)
    assert (1, ["1", "3"]) == (run.returncode, [line["id"] for line in lines(run)])
    assert run.stderr.startswith("line 2: ")
    assert "Tide-Wheel99" not in run.stderr


def test_a_half_character_comes_through(tmp_path: Path) -> None:
    """A lone surrogate in JSON is no reason to stop."""
    run = kb_redact(b'{"id": "1", "text": "\\ud800 mail d@tidewheel.test"}', tmp_path)
    assert "\ud800 mail <email-1>" == lines(run)[0]["text"]


def test_plain_text_is_one_text(tmp_path: Path) -> None:
    """Offsets count from the beginning of the input."""
    given = "\nHello,\nmail d.quill@tidewheel.test\n"
    [line] = lines(kb_redact(given.encode(), tmp_path))
    assert "\nHello,\nmail <email-1>\n" == line["text"]
    [finding] = line["findings"]
    assert "d.quill@tidewheel.test" == given[finding["start"] : finding["end"]]


def test_lines_go_out_as_they_come_in(tmp_path: Path) -> None:
    """The first answer is there before the second question is asked."""
    command = [sys.executable, "-m", "kb", "redact"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd=tmp_path) as run:
        assert run.stdin is not None
        assert run.stdout is not None
        for number in (b"1", b"2"):
            run.stdin.write(b'{"id": "' + number + b'", "text": "x"}\n')
            run.stdin.flush()
            assert number.decode() == json.loads(run.stdout.readline())["id"]
        run.stdin.close()
    assert 0 == run.returncode


def test_fields_are_read_in_any_shape() -> None:
    """What a field is called, or an `@` in it, says what it holds; numbers and flags say nothing."""
    known = known_from(
        {
            "requester": {"id": 4471, "name": "Dana Quill", "email": "dana@tidewheel.test"},
            "organization": {"name": "Tidewheel Ltd", "domains": ["tidewheel.test"]},
            "ccs": [
                "Jo Fenn <jo@fenn.test>",
                {"user_name": "jofenn77", "phone": "+1 555 010 7788"},
            ],
            "product": "Ferrywright",
            "solved": True,
        }
    )
    assert ("Dana Quill", "Jo Fenn") == known.names
    assert ("dana@tidewheel.test", "jo@fenn.test") == known.emails
    assert (("Tidewheel Ltd",), ("tidewheel.test",)) == (known.organisations, known.domains)
    assert (("jofenn77", "+1 555 010 7788"), ("Ferrywright",)) == (known.others, known.ours)
