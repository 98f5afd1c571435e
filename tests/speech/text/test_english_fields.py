"""Right readings of notation that one field has: law, chess, mathematics, music, computers."""

import pytest

from speech.text.normalize import normalize

LAW = [
    ("a 501(c)(3) charity, Rule 404(b)", "a five oh one C three charity, Rule four oh four B"),
    ("section 230(c)(1), Sec. 2(a)", "section two thirty C one, Section two A"),
    ("42(a)(ii) and §§ 1-3", "forty-two A two and sections one to three"),
    ("Amendment XIV, Amend. II, item iii", "Amendment fourteen, Amendment two, item three"),
    ("(ii) sell it, or (iv) keep it", "two, sell it, or, four, keep it"),
    ("(i) buy, (ii) sell, (v) keep", "one, buy, two, sell, five, keep"),
    ("(i) alone", "i, alone"),
    ("three file(s), 3(s)", "three file, s, three, s"),
]
CHESS = [
    ("1. e4 e5 2. Nf3 Nc6", "one. e four e five two. knight f three knight c six"),
    ("He played Qxf7# and won.", "He played queen takes f seven mate and won."),
    ("O-O and Rfe1+, then e8=Q", "castles and rook f e one check, then e eight promotes to queen"),
    ("O-O-O, exd5", "castles queenside, e takes d five"),
    ("the Nb3 sample, B2 bombers", "the Nb three sample, B two bombers"),
]
MATHEMATICS = [
    ("f(x) = 2x, sin(x)", "f of x equals two x, sine of x"),
    ("O(n log n), log2(8)", "O of n log n, log base two of eight"),
    ("the log(s)", "the log, s"),
    ("1.5e6, 1e-5", "one point five times ten to the power of six, one times ten to the power of "
     "minus five"),
    ("n-1 and x-2, an x-ray", "n minus one and x minus two, an x-ray"),
    ("pi/2, x/2", "pi over two, x over two"),
    ("What is 12 - 7? How much is 9.5-4?", "What is twelve minus seven? How much is nine point five "
     "minus four?"),
    ("He won 12 - 7.", "He won twelve to seven."),
    ("A ∩ B, A ∪ B, ∀x ∃y", "A intersection B, A union B, for all x there exists y"),
    ("a ⇔ b, ¬p ∧ q ∨ r", "a if and only if b, not p and q or r"),
]  # fmt: skip
CHEMISTRY = [
    ("NaCl, HCl and NaOH", "N A C L, H C L and N A O H"),
    ("NaN, PaaS and McCain", "NaN, PaaS and McCain"),
]
MUSIC = [
    ("a B♭ clarinet in E♭", "a B flat clarinet in E flat"),
    ("F♯ minor, Eb major", "F sharp minor, E flat major"),
    ("Op. 67, No. 5", "Opus sixty-seven, Number five"),
]
VERSES = [
    ("Gen. 1:1, Rom 8:28", "Genesis one one, Romans eight twenty-eight"),
    (
        "1 Cor. 13:4-8; 2 Kgs. 4:8",
        "First Corinthians thirteen four to eight; Second Kings four eight",
    ),
    ("Isaiah 40:31; 41:10", "Isaiah forty thirty-one; forty-one ten"),
    ("Ps. 23, Isa. 53", "Psalm twenty-three, Isaiah fifty-three"),
    ("Meet Sam 5:30, Dan. 3:15 pm", "Meet Sam five thirty, Dan. three fifteen P.M."),
    ("Gen. Grant, Col. Mustard", "General Grant, Colonel Mustard"),
]
COMPUTERS = [
    ("~/.bashrc and .gitignore", "tilde slash dot bashrc and dot gitignore"),
    ("a .pdf file, .NET", "a dot PDF file, dot net"),
    ("It ended .The rest", "It ended.The rest"),
    ("H.264, 802.11ac", "H two sixty-four, eight oh two dot eleven AC"),
    ("RTX 4090, RFC 2616", "RTX forty ninety, RFC twenty-six sixteen"),
    ("Xbox 360, Form 1040", "Xbox three sixty, Form ten forty"),
    ("TCP/IP, AC/DC, UI/UX", "TCP IP, AC DC, UI UX"),
    ("Y/N, I/O, he/she", "Y N, I O, he slash she"),
    (
        "order #A1234-56, #COVID19",
        "order number A one two three four five six, hashtag COVID nineteen",
    ),
]
THINGS = [
    ("the 49ers and a 76er", "the forty-niners and a seventy-sixer"),
    ("a .45 caliber, a .357 Magnum", "a forty-five caliber, a three fifty-seven Magnum"),
    ("an f/2.8 lens", "an F two point eight lens"),
    ("24/7/365, 24x7", "twenty-four seven three sixty-five, twenty-four seven"),
    ("a B- and an A-, Grade: C-", "a B minus and an A minus, Grade: C minus"),
    ("A- and B-list actors", "A and B-list actors"),
]
RACES = [
    ("The lap took 1:23.456.", "The lap took one minute twenty-three point four five six seconds."),
    ("He ran it in 18'30\".", "He ran it in eighteen minutes thirty seconds."),
    ("He is 5'11.5\".", "He is five foot eleven point five."),
]
WORKSHOP = [
    ("a 5/16 wrench, 3/16 thick", "a five sixteenths wrench, three sixteenths thick"),
    ("a 7/16 nail, a 1/12 scale", "a seven sixteenths nail, a one twelfth scale"),
    ("5/16 in. of tape, 3/4 in. wide", "five sixteenths inch of tape, three quarters inch wide"),
    ("1/16 inch, 1/16 of it", "one sixteenth inch, one sixteenth of it"),
    ("On 1/16 in Paris; 5/16 in Rome", "On January sixteenth in Paris; May sixteenth in Rome"),
    ("1½–2 cups, 1/2-1 cup", "one and one half to two cups, one half to one cup"),
]
RATES = [
    (
        "100 people/km², 5 men/m²",
        "one hundred people per square kilometer, five men per square meter",
    ),
    ("1 tsp per gal, $3 per lb", "one teaspoon per gallon, three dollars per pound"),
    (
        "€1.5-2.5bn, $1.5-2m",
        "one point five to two point five billion euros, one point five to two million dollars",
    ),
    ("Sales ↑ 5%", "Sales up five percent"),
]
OFFICES = [
    ("see pg 5 of vol 2, fig 3", "see page five of volume two, figure three"),
    ("Prof. X met Dr. No.", "Professor X met Doctor No."),
    ("The dr. is in, go to the Dr. now.", "The doctor is in, go to the doctor now."),
    (
        "call ext. 204, ref. 9981",
        "call extension two zero four, reference nine thousand nine hundred eighty-one",
    ),
    ("Acct. no. 12345", "account number one two three four five"),
    (
        "the 17–19th century, 3-5th grade",
        "the seventeenth to nineteenth century, third to fifth grade",
    ),
    ("$20 incl. tax, Sts. Peter and Paul", "twenty dollars including tax, Saints Peter and Paul"),
    ("No I left it. Unit IV", "No I left it. Unit four"),
    (
        "at 6.30 in the morning, 9.47 at night",
        "at six thirty in the morning, nine forty-seven at night",
    ),
]
KINDS = {
    "law": LAW,
    "chess": CHESS,
    "mathematics": MATHEMATICS,
    "chemistry": CHEMISTRY,
    "music": MUSIC,
    "verses": VERSES,
    "computers": COMPUTERS,
    "things": THINGS,
    "races": RACES,
    "workshop": WORKSHOP,
    "rates": RATES,
    "offices": OFFICES,
}
ROWS = [(kind, text, said) for kind, rows in KINDS.items() for text, said in rows]


@pytest.mark.parametrize(("kind", "text", "said"), ROWS)
def test_reading(kind: str, text: str, said: str) -> None:
    assert normalize(text, "en") == said
    assert normalize(said, "en") == said


@pytest.mark.parametrize(
    "piece",
    ["1(a)", "Nf3 ", "f(x", "log(", "1e5", "13:4-", "Gen. 1:1; ", "~/a.", ".pdf ", "NaCl", "I, "],
)
def test_hostile_lines_of_10_000_characters_come_back(piece: str) -> None:
    said = normalize((piece * 10_000)[:10_000], "en")
    assert not any(char.isnumeric() for char in said)
