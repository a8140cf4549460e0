"""Plain text in the encodings that people have, whole and damaged."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.formats import Unreadable
from qa.formats.text import decode, read

GERMAN = "Die Brücke über den Fluß wurde geschlossen. Für Lkw heißt das Umwege, und das ärgert die Fahrer täglich. " * 3
RUSSIAN = "Мост через реку закрыт с марта, и водители недовольны. Ремонт обойдётся в два миллиона рублей. " * 3
JAPANESE = "橋は三月から閉鎖されています。運転手たちは不満を抱いています。修理には二百万かかるそうです。" * 3
GREEK = "Η γέφυρα έκλεισε τον Μάρτιο και οι οδηγοί είναι δυσαρεστημένοι. Η επισκευή θα κοστίσει δύο εκατομμύρια. " * 3


@pytest.mark.parametrize("text", [GERMAN, RUSSIAN, JAPANESE, "a", "é", "👨‍👩‍👧"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode(text, encoding):
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark(encoding):
    assert decode(GERMAN.encode(encoding)) == GERMAN


OLDER = [
    (GERMAN, "cp1252"),
    (GERMAN, "latin-1"),
    ("Straße nach Köln", "cp1252"),
    ("The naïve façade was built in 1905 by an architect of the town. " * 5, "latin-1"),
    ("He said: “It’s done – at last.” " * 20, "cp1252"),
    ("El niño comió mañana", "latin-1"),
    ("Zażółć gęślą jaźń. Pchnąć w tę łódź jeża lub ośm skrzyń fig.", "cp1250"),
    (RUSSIAN, "cp1251"),
    (RUSSIAN, "koi8-r"),
    ("Привет, мир", "cp1251"),
    (GREEK, "cp1253"),
    ("הגשר סגור מאז מרץ", "cp1255"),
    ("الجسر مغلق منذ مارس", "cp1256"),
    (JAPANESE, "shift_jis"),
    (JAPANESE, "euc_jp"),
    ("你好，世界。今天天气很好。", "gb18030"),
    ("你好，世界。今天天氣很好，我們去公園散步。", "big5"),
    ("다리는 삼월부터 폐쇄되었습니다.", "euc_kr"),
]


@pytest.mark.parametrize(("text", "encoding"), OLDER, ids=lambda value: value[:12])
def test_older_encodings(text, encoding):
    assert decode(text.encode(encoding)) == text


def test_damaged_utf_8_is_still_utf_8():
    whole = RUSSIAN[: RUSSIAN.index("Ремонт")]
    assert decode((whole + "Р").encode()[:-1]) == whole + "\ufffd"
    assert decode(whole.encode() + b"\xff" + RUSSIAN.encode()) == whole + "\ufffd" + RUSSIAN


def test_a_nul_byte_is_no_reason_to_refuse():
    assert read(b"The bridge is\0 closed.").text == "The bridge is closed."
    assert read(GERMAN.encode() + b"\0").text == GERMAN.rstrip()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (bytes(range(256)) * 50, "not text"),
        (bytes(range(1, 9)) * 50, "not text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "a picture"),
        (b"%PDF-1.4 hello", "a PDF file"),
        (b"PK\3\4 hello", "a zip, Word or EPUB file"),
    ],
)
def test_bytes_that_are_no_text_are_refused(data, reason):
    with pytest.raises(Unreadable, match=reason):
        decode(data)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_any_utf_8_comes_back(text):
    assert decode(text.encode()) == text.removeprefix("\ufeff")


@given(st.binary(max_size=300))
def test_any_bytes_give_a_text_or_a_reason(data):
    with contextlib.suppress(Unreadable):
        text = read(data).text
        assert text.encode().decode() == text
        assert "\0" not in text
