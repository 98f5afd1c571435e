import random

import pytest

from speech.errors import Refused
from speech.text.normalize import base_language, check_speakable, clean, normalize, split

CLEANED = [
    ("  two\t spaces\r\n and\u2028lines ", "two spaces and lines"),
    ("soft\u00adhyphen zero\u200bwidth \ufeffbom", "softhyphen zerowidth bom"),
    ("nul\x00 bell\x07 escape\x1b[0m", "nul bell escape[0m"),
    ("\u202eright to left\u202c", "right to left"),
    ("cafe\u0301", "café"),
    ("ＡＢＣ１２３ 𝐇𝐞𝐥𝐥𝐨 ﬁne Ⅳ ①", "ABC123 Hello fine IV 1"),
    ("你好，世界！", "你好，世界！"),
    ("x² and ½", "x² and ½"),
    ("“quotes” it’s", "“quotes” it’s"),
    ("red\ufe0f heart", "red heart"),
    ("z\u0301\u0301\u0301\u0301\u0301\u0301a", "ź\u0301\u0301\u0301a"),
    ("lone \ud800surrogate", "lone surrogate"),
]
ENGLISH = [
    (
        "In 1999 and the 1980s, not in 2005.",
        "In nineteen ninety-nine and the nineteen eighties, not in two thousand five.",
    ),
    ("It costs $9.99.", "It costs nine dollars and ninety-nine cents."),
    (
        "$1, £2.50, €0.01 and -$3",
        "one dollar, two pounds and fifty pence, one cent and minus three dollars",
    ),
    ("$5bn, $2.5 million, 5€", "five billion dollars, two point five million dollars, five euros"),
    ("20% of 1,250", "twenty percent of one thousand two hundred fifty"),
    ("the 2nd, the 21st and the 100th", "the second, the twenty-first and the one hundredth"),
    ("221B Baker Street", "two hundred twenty-one B Baker Street"),
    (
        "-5, 3.14, .5 and 007",
        "minus five, three point one four, zero point five and zero zero seven",
    ),
    ("Jan 5th, 2024", "January fifth, twenty twenty-four"),
    ("2024-01-05", "January fifth, twenty twenty-four"),
    ("at 10:30 a.m. or 5pm", "at ten thirty A.M. or five P.M."),
    ("Dr. Smith, Mr Jones vs. Mrs. Lee", "Doctor Smith, Mister Jones versus Missus Lee"),
    ("St. Mary & co @ home", "Saint Mary and co at home"),
    (
        "5 km/h, -3°C, 5 ft 3",
        "five kilometers per hour, minus three degrees Celsius, five feet three",
    ),
    ("1/2, 1 1/2, 2½ and ⅓", "one half, one and one half, two and one half and one third"),
    ("IBM, NASA and the U.S.A.", "IBM, NASA and the U.S.A."),
    ("MP3, COVID-19 and H₂O", "MP three, COVID-nineteen and H two O"),
    ("call (555) 123-4567", "call five five five, one two three, four five six seven"),
    ("a.b@c.com or https://x.org/y2", "a dot b at c dot com or x dot org slash y two"),
    ("192.168.0.1", "one nine two dot one six eight dot zero dot one"),
    ("What?!?! No!!! Wait....", "What? No! Wait..."),
    ("He (my brother) left", "He, my brother, left"),
    ("“Hello,” she said — twice", '"Hello," she said — twice'),
    ("Tom &amp; <b>Jerry</b> 😀", "Tom and Jerry"),
    ("Henry VIII, Chapter IV, World War II", "Henry the eighth, Chapter four, World War two"),
    ("e.g. this, etc.", "for example, this, et cetera."),
    ("9" * 20, " ".join(["nine"] * 20)),
    ("٣ and ４", "three and four"),
    # what hibari alone gets wrong
    ("on Main St. It is near St. Paul", "on Main Street. It is near Saint Paul"),
    ("a <b and c> d", "a less than b and c greater than d"),
    ("Oh no. I saw the Sun. It ate a fig.", "Oh no. I saw the Sun. It ate a fig."),
    ("King Charles met Mark Lee", "King Charles met Mark Lee"),
    ("the part I like, Type C, Gen Z", "the part I like, Type C, Gen Z"),
    ("in March 20,000 people", "in March twenty thousand people"),
]
CHINESE = [
    ("2024年1月5日，下雨。", "二零二四年一月五日，下雨。"),
    ("百分比3.14%", "百分比百分之三点一四"),
    ("下午3:30 hello NASA", "下午三点三十分 hello NASA"),
    ("《红楼梦》😀很好！", "“红楼梦”很好！"),
]
TRICKY = (
    "Dr. St. no. No. 5 1999 .5 -5 $9.99 £ 20% 2nd '90s ( ) \" ' , . ; : — - ... ! ? / & @ + = < # "
    "* ^ _ 😀 a I X C vs. vs Part part Henry Gen Sun. Jan. May 10:30 a.m. pm 1/2 24/7 5/6/2020 km "
    "°C ² ½ × e.g. etc. U.S. NASA hello World the co. fig. www.x.com a@b.co MP3 221B don't ¥500 Rs. "
    "$5m 007 1,250 § µm hr ms II ¢ é Ⅳ ٣ &amp; <b>"
)


@pytest.mark.parametrize(("text", "expected"), CLEANED)
def test_clean(text: str, expected: str) -> None:
    assert clean(text) == expected
    assert clean(expected) == expected


@pytest.mark.parametrize(("text", "expected"), ENGLISH)
def test_english_is_read_out(text: str, expected: str) -> None:
    assert normalize(text, "en") == expected


@pytest.mark.parametrize(("text", "expected"), CHINESE)
def test_chinese_is_read_out(text: str, expected: str) -> None:
    assert normalize(text, "zh") == expected


@pytest.mark.parametrize("text", [text for text, _ in ENGLISH])
def test_normalisation_is_idempotent(text: str) -> None:
    once = normalize(text, "en")
    assert normalize(once, "en") == once


def test_random_text_has_no_digits_and_settles() -> None:
    random_ = random.Random(7)
    for _ in range(2000):
        words = random_.choices(TRICKY.split(), k=random_.randint(1, 9))
        text = "".join(word + random_.choice(["", " ", " "]) for word in words)
        once = normalize(text, "en")
        assert not any(char.isnumeric() for char in once), text
        assert once == clean(once), text
        assert normalize(once, "en") == once, text


def test_unknown_language_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        normalize("hallo", "de")
    assert refused.value.reason == "unsupported_language"


def test_base_language() -> None:
    assert [base_language(tag) for tag in ("en", " EN-us", "zh_CN")] == ["en", "en", "zh"]


PROSE = (
    "Dr. Smith went home at 5 p.m. on Friday. He was tired; the day had been long, and nobody had "
    "brought any food, which everyone regretted. Was it over? It was not over at all! "
) * 6


@pytest.mark.parametrize("max_chars", [20, 40, 80, 220, 2000])
def test_split_keeps_every_word_in_order(max_chars: int) -> None:
    text = clean(PROSE)
    parts = split(text, "en", max_chars)
    assert " ".join(parts) == text
    assert max(map(len, parts)) <= max_chars


def test_split_prefers_sentences_then_clauses() -> None:
    assert split("One is here. Two is here. Three.", "en", 26) == [
        "One is here. Two is here.",
        "Three.",
    ]
    assert split("It was late, very late, and dark.", "en", 24) == [
        "It was late, very late,",
        "and dark.",
    ]
    assert split("Dr. Lee came. I left.", "en", 15) == ["Dr. Lee came.", "I left."]


def test_split_chinese_without_spaces() -> None:
    text = "今天天气很好，我们去公园。" + "长" * 30
    parts = split(text, "zh", 8)
    assert "".join(parts) == text
    assert parts[0] == "今天天气很好，"
    assert max(map(len, parts)) <= 8


def test_unbroken_word_is_too_long() -> None:
    with pytest.raises(Refused) as refused:
        split("word " + "x" * 300, "en", 220)
    assert refused.value.reason == "too_long"


@pytest.mark.parametrize(
    ("text", "language", "reason"),
    [
        ("", "en", "nothing_to_speak"),
        ("?! ...", "en", "nothing_to_speak"),
        ("hello мир", "en", "unsupported_script"),
        ("你好", "en", "unsupported_script"),
        ("こんにちは", "zh", "unsupported_script"),
        ("。", "zh", "nothing_to_speak"),
    ],
)
def test_unspeakable_is_refused(text: str, language: str, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        check_speakable(text, language)
    assert refused.value.reason == reason


def test_refusal_names_the_letter() -> None:
    with pytest.raises(Refused, match="'а' CYRILLIC SMALL LETTER A"):
        check_speakable("pаypal", "en")


def test_speakable() -> None:
    check_speakable("naïve café", "en")
    check_speakable("你好 NASA", "zh")
