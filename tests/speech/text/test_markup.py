import pytest

from speech.text.normalize import clean, normalize

MARKED = [
    ("Tom &ndash; the cat.", "Tom – the cat."),
    ("bunnie&#8217;s &#x2014; &hellip;", "bunnie’s — …"),
    ("&amp;lt;b&amp;gt;bold", "bold"),
    ("<p class='x'>One</p><br/>two <!-- not this --> three", "One two three"),
    ("<script>alert(1)</script>Read <i>this</i>.", "Read this ."),
    (
        '<speak>Hi <break time="500ms"/><emphasis level="strong">there</emphasis></speak>',
        "Hi there",
    ),
    ('<say-as interpret-as="date">1/2</say-as>', "1/2"),
    (
        "**Bold**, _it_, ***both***, `code`, ~~old~~ and ==new==",
        "Bold, it, both, code, old and new",
    ),
    ("# A title", "A title"),
    ("> quoted", "quoted"),
    ("- an item", "an item"),
    ("[a link](https://x.org/y) ![and a picture](z.png)", "a link and a picture"),
    ("==This is a sentence==", "This is a sentence"),
    ("[[Page|shown]], [[plain]] {{cite}}'''bold''' ''italic''", "shown, plain bold italic"),
    ("[b]bold[/b] [url=http://x]here[/url]", "bold here"),
    ("~~~ the end ^^^", "the end"),
    ("*** scene ***", "scene"),
    ("[laughs] Yes. (sighs) *coughs* No. [inaudible]", "Yes. No."),
    ("It is so.[1][23] Is it?[citation needed]", "It is so. Is it?"),
    ("10<sup>6</sup> m<sup>-2</sup>, CO<sub>2</sub>, 2<sup>n</sup>", "10⁶ m⁻², CO₂, 2ⁿ"),
    ('The 1<SUP>st</SUP> is so.<sup class="note">[4]</sup>', "The 1st is so."),
    (":smile: hello :+1:", "hello :+1:"),
    (
        "See the `docs <https://x.org/a>`_, `this <b.html>`__ or `text`_.",
        "See the docs, this or text.",
    ),
    (
        "the docs <https://x.org/a>`_ of Bob <bob@x.org>",
        "the docs https://x.org/a of Bob bob@x.org",
    ),
    ("_`x::y`_ and `z`", "x::y and z"),
    (
        "It was so (in 1758).[2] 82%[3] so.[4,5][a] Named[note 3]",
        "It was so (in 1758). 82% so. Named",
    ),
    ("born[who?] in 1950[year needed]", "born in 1950"),
    ("[door creaks] Who? [soft music playing] [speaking Spanish]", "Who?"),
    ("1\n00:01:23,456 --> 00:01:25,789\n{\\an8}Hi.", "1 Hi."),
    ("Kyiv (/ˈkiːjɪv/ KEE-yiv) and Paris (French: [paʁi] ⓘ).", "Kyiv ( KEE-yiv) and Paris ."),
    ("[[File:Cat.jpg|thumb|A cat]] The cat.", "The cat."),
    ("- [x] done", "done"),
    ("- 12 -", "12"),
    ("love you <3 and so xD", "love you and so"),
    ("$E = mc^2$, $x$ and the value $\\alpha = 0.05$.", "E = mc^2, x and the value alpha = 0.05."),
    ("\\section{One} \\textbf{X} \\in A \\cite{a2} by Fig.~\\ref{b}.", "One X ∈ A by Fig. ."),
    ("\\frac{1}{2} \\times x_{i}^{n}", "1 / 2 × x i^n"),
]
TEXT = [
    "a <b and c> d",
    "2*3*4 = 24, 2 * 3 * 4",
    "2 < 3 and 5 > 4, I <3 you",
    "snake_case_name and _private",
    "x == y and z == w",
    "AT&T, R&D; Q&A",
    "don't 'quote' rock 'n' roll",
    "He [the king] said (music) so.",
    "At 10:30:15 it was - well - late.",
    "[Kokoro](/kˈOkəɹO/) is heart.",
    "x[0] of f(x)[1] and names[1].size",
    "He heard [the music] and left.",
    "<one line to give its name and 5 <6",
    "children <3 years old, p <3.",
    "from $5 to $6, ${HOME} and ${PATH}, cost $HOME_DIR = $5",
    "C:\\in\\to\\Users\\log",
    "the road/rail link and he/she",
]


@pytest.mark.parametrize(("text", "expected"), MARKED)
def test_markup_goes_and_what_it_encloses_stays(text: str, expected: str) -> None:
    assert clean(text) == expected
    assert clean(expected) == expected


@pytest.mark.parametrize("text", TEXT)
def test_text_that_looks_like_markup_stays(text: str) -> None:
    assert clean(text) == text


def test_circled_numbers_stay_apart() -> None:
    assert clean("①②③ Ⓐ") == "1 2 3 A"
    assert clean("Ⓒⓘⓡ") == "C i r"


def test_signs_are_not_read_where_they_decorate() -> None:
    assert normalize("~~~ the end ^^^", "en") == "the end"
