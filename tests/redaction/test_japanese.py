"""People and addresses are found as Japan writes them, and words that look like them stand."""

import pytest

from kb.redaction import Entity, Redactor

REDACTOR = Redactor()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("田中様\nお世話になっております。", "田中"),
        ("先日井上さんに教えていただきました。", "井上"),
        ("林さん、どうも", "林"),
        ("高橋健一様", "高橋健一"),
        ("マイケルさん、こんにちは", "マイケル"),
        ("潮車さん、こんにちは", "潮車"),
        ("吉田部長のPCが起動しません。", "吉田"),
        ("中村と申します。", "中村"),
        ("私は加藤裕子です。", "加藤裕子"),
        ("株式会社ハネの木村です。", "木村"),
        ("よろしくお願いいたします。\n山口", "山口"),
        ("以上、よろしくお願いします。\n渡辺 真由美", "渡辺 真由美"),
        ("株式会社ハネ\n情報システム部\n伊藤 大輔", "伊藤 大輔"),
        ("差出人: 松本 浩二", "松本 浩二"),
        ("\u200b担当：斎藤", "斎藤"),
    ],
)
def test_a_name_is_found_where_it_stands(text: str, name: str) -> None:
    """Titles, signatures, labels and introductions tell a name; a listed one needs no blank before it."""
    found = [one for one in REDACTOR.find(text) if one.entity is Entity.PERSON]
    assert [name] == [text[one.start : one.end] for one in found]


@pytest.mark.parametrize(
    "text",
    ["住所は大阪府大阪市北区羽根3-1-9です", "北海道札幌市中央区南1条西5-20 に送ってください"],
)
def test_an_address_needs_no_postcode(text: str) -> None:
    """A prefecture, places and a number are an address."""
    assert [Entity.ADDRESS] == [one.entity for one in REDACTOR.find(text)]


@pytest.mark.parametrize(
    "text",
    [
        "製品仕様、および動作",
        "お客様のアカウント",
        "皆様\nお世話になっております。",
        "ご担当者様",
        "同様の問題です。",
        "管理者様、",
        "関係です。原因です。",
        "東京都の設定です",
        "多様な森です。",
    ],
)
def test_a_word_stands(text: str) -> None:
    """様 is also a part of words, and a name's sign is also a word's."""
    assert REDACTOR.find(text) == ()
