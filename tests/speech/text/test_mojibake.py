import pytest

from speech.errors import Refused
from speech.text.mojibake import mend
from speech.text.normalize import clean, normalize


@pytest.mark.parametrize("text", ["It’s “fine”, don’t worry…", "café für £5 – naïve", "10 °C ± ½"])
@pytest.mark.parametrize("wrong", ["cp1252", "latin-1", "mac_roman"])
def test_western_confusions_are_mended(text: str, wrong: str) -> None:
    damaged = text.encode().decode(wrong, "surrogateescape")
    if any("\udc80" <= char <= "\udcff" for char in damaged):
        pytest.skip("that encoding has no such bytes")
    assert clean(damaged) == clean(text)


def test_twice_over() -> None:
    twice = "It’s".encode().decode("cp1252").encode().decode("cp1252")
    assert mend(twice) == "It’s"


@pytest.mark.parametrize("text", ["你好世界", "今天天气很好 hello", "模型很快"])
def test_utf8_read_as_gbk_is_mended(text: str) -> None:
    assert mend(text.encode().decode("gbk")) == text


@pytest.mark.parametrize(
    "text",
    [
        "联通",
        "你好",
        "汉字编码",
        "naïve café",
        "Zoë’s résumé",
        "½ ÷ × ±5°",
        "São Paulo",
        "10¢ é",
        "Ångström",
        "µm², §3",
    ],
)
def test_right_text_is_left_alone(text: str) -> None:
    assert mend(text) == text
    normalize(text, "zh" if text[0] > "一" else "en")


@pytest.mark.parametrize(
    "text",
    ["lost \ufffd here", "Itâ s fine, donâ t worry.", "donâ€t", "锟斤拷你好"],
)
def test_damage_that_stays_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        normalize(text, "zh" if "你" in text else "en")
    assert refused.value.reason == "damaged_text"
