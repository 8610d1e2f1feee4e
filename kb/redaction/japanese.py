"""People and postal addresses as Japan writes them, whose letters a view cannot tell apart."""

from collections.abc import Iterator
from functools import cache

from kb.redaction.lists import family_japanese
from kb.redaction.patterns import NOWHERE, Pattern, compiled
from kb.redaction.text import Entity, Finding
from kb.redaction.views import CASELESS, View, parts

GIVEN = r"[ 　]?[\p{Han}\p{Hiragana}\p{Katakana}々ー]{1,3}"
TITLES = "さん|さま|様|殿|氏|先生|部長|課長|係長|社長|主任|店長|君|ちゃん"
LABELS = "(?:ご?担当者?|差出人|宛先|送信者|氏名|お?名前|申請者|報告者|依頼者|連絡先|ご?契約者|記入者|署名)"
CLOSINGS = r"(?:お願い|御願い|よろしく|宜しく|ありがとう|有難う|敬具|以上|失礼)[^\n]{0,24}\n{1,3}"
HONOUR = "様".encode()
CONFIDENCE = 0.8
STOP = r"(?:[^\p{Han}\p{Katakana}ー]|$)"
PLACES = (
    r"(?:北海道|東京都|(?:京都|大阪)府|(?:[\p{Han}]{2}|神奈川|和歌山|鹿児島)県)"
    r"[\p{Han}\p{Hiragana}\p{Katakana}ー々]{2,24}[ 　]?[0-9０-９一二三四五六七八九十]{1,4}"
    r"(?:[-－−ー丁目番地号条東西南北のノ 　]{1,4}[0-9０-９]{1,4}){0,3}(?:[番地号室階FＦ]|丁目){0,2}"
)


NOT_BEFORE = frozenset("仕同多模異有両文図態各無皆者客神奥貴何逆王社営")
"""What 様 makes a word with that is no name: 仕様, 同様, お客様."""


@cache
def _names() -> Pattern:
    """Return the search for names, over UTF-8; their group is the one that takes part."""
    names = sorted(family_japanese(), key=len, reverse=True)
    every, longer = "|".join(names), "|".join(name for name in names if len(name) > 1)
    whole = rf"(?:{longer})(?:{GIVEN})?"
    unlisted = r"[\p{Han}々]{2,3}(?:[ 　][\p{Han}々]{1,3})?|[\p{Katakana}ー]{3,10}"
    written = rf"(?:{longer})(?:[ 　]?[\p{{Han}}々]{{1,3}})?"
    longer_name = rf"(?:{longer})[ 　]?[\p{{Han}}々]{{1,3}}"
    return compiled(
        rf"((?:{longer})(?:[ 　]?[\p{{Han}}々]{{1,3}}?)?)(?:{TITLES}){STOP}"
        rf"|(?:^|[^\p{{Han}}\p{{Katakana}}ー])({every})(?:{TITLES}){STOP}"
        rf"|(?:^|[ 　\n@＠])({unlisted})(?:さん|様)[、,，。\n 　]"
        rf"|{LABELS}[ 　]?[:：][ 　]?({whole}|{unlisted}|{every}){STOP}"
        rf"|(?:^|[^\p{{Han}}])({written})(?:と申します|と言います|といいます|でございます|より[。\n]|です(?:[。、\n]|$))"
        rf"|{CLOSINGS}(?:[^\n]{{1,30}}\n){{0,2}}?[ 　]{{0,4}}({whole}|{every})[ 　]*$"
        rf"|^[ 　]{{0,4}}((?:{longer})[ 　][\p{{Han}}\p{{Hiragana}}々]{{1,3}})[ 　]*(?:$|[<＜(（])"
        rf"|[部課室係店所][ 　]({longer_name})[ 　]*$"
        rf"|(?:^|[^\p{{Han}}])((?:{longer})[\p{{Han}}]{{1,3}})[ 　]?[<＜]",
        unicode=True,
    )


@cache
def _addresses() -> Pattern:
    return compiled(f"({PLACES})", unicode=True)


def find_japanese(text: str, view: View) -> Iterator[Finding]:
    """Yield names and addresses in a text that holds letters without case; offsets into `text`."""
    if CASELESS not in view.seen:
        return
    for start, part in parts(text):
        if not part.isascii():
            raw = part.encode("utf-8", "replace")
            yield from _found(raw, start, _names(), Entity.PERSON, "name-japanese")
            yield from _found(raw, start, _addresses(), Entity.ADDRESS, "address-in-japan")


def _found(
    raw: bytes, start: int, search: Pattern, entity: Entity, recognizer: str
) -> Iterator[Finding]:
    at = byte = 0
    while found := search.search(raw, at):
        first, last = next(span for span in found[1:] if span != NOWHERE)
        start += len(raw[byte:first].decode("utf-8", "replace"))
        byte, at = first, max(last, at + 1)
        name = raw[first:last].decode("utf-8", "replace")
        if name[-1] in NOT_BEFORE and raw[last:].startswith(HONOUR):
            continue
        yield Finding(
            entity=entity,
            label=entity.value,
            start=start,
            end=start + len(name),
            recognizer=recognizer,
            confidence=CONFIDENCE,
        )
