"""Notation of one field, and quantities: what may be heard for it, and what may not."""

import pytest

from speech.judges.wer import is_misread, score
from speech.text.normalize import normalize

RIGHT = [
    ("x² + y² = z²", "x squared plus y squared equals z squared"),
    ("10^-9, 10⁶", "ten to the minus nine, ten to the sixth"),
    ("It is 9.81 m/s^2.", "It is 9.81 meters per second squared."),
    ("f(x) = 2x, sin(x)", "f of x equals 2x, sine of x"),
    ("NaCl is salt.", "N A C L is salt."),
    ("a 501(c)(3) charity", "a 501 C 3 charity"),
    ("(ii) sell it", "two, sell it"),
    ("(iii) sell or (iv) keep it", "three, sell, or four, keep it"),
    ("Act III, Scene ii", "Act 3, Scene 2"),
    ("§§ 1-3", "sections one to three"),
    ("Gen. 1:1 says so.", "Genesis 1:1 says so."),
    ("1 Cor. 13:4-8", "First Corinthians 13:4-8"),
    ("a B♭ clarinet, Op. 67", "a B flat clarinet, Opus 67"),
    ("I got a B-.", "I got a B minus."),
    ("WWII began.", "World War Two began."),
    ("N. Korea", "North Korea"),
    ("Open 24x7.", "Open twenty-four seven."),
    ("Open 24x7.", "Open 24/7."),
    ("It cost 1 lakh rupees.", "It cost one lakh rupees."),
    ("It cost ₹50 lakh.", "It cost fifty lakh rupees."),
    ("It cost $-50.", "It cost minus fifty dollars."),
    ("It fell -3.2%.", "It fell minus three point two percent."),
    ("Add 1/2 liter.", "Add half a liter."),
    ("Add half a liter.", "Add half a litre."),
    ("He ran 1/4 mile.", "He ran a quarter of a mile."),
    ("1 ½ cups, 2-1/2 inches", "one and a half cups, two and a half inches"),
    ('3/4" plywood, 8.5" x 11"', "three quarters inch plywood, 8.5 inches by 11 inches"),
    ("5 ft. 10 in.", "five feet ten inches"),
    ("in 3m 20s", "in 3 minutes 20 seconds"),
    ("a 9mm pistol, a .45 caliber", "a nine millimeter pistol, a forty-five caliber"),
    ("a 25 yo man", "a 25-year-old man"),
    ("a $300-a-night room", "a 300 dollars a night room"),
    ("a Boeing 747-400", "a Boeing 747 400"),
    ("802.11ac is fast.", "802 dot 11 AC is fast."),
    ("in 6/8 time", "in six eight time"),
    ("a hundred and fifty men", "150 men"),
    ("Alright, two T-shirts.", "All right, two tee shirts."),
    ("He sold 10 000 books.", "He sold 10,000 books."),
    ("1,250 people, 250 km", "twelve hundred fifty people, 250 kilometers"),
    ("Room 10 000.", "Room ten zero zero zero."),
    ("Call 555-0142.", "Call five five five zero one four two."),
    ("We won 3-2.", "We won three two."),
    ("We won 3-0 after a 2-2 draw.", "We won three nil after a two all draw."),
    ("He won 6-4, 6-3.", "He won six four, six three."),
    ("We won 3-2 with 32 men.", "We won 3-2 with thirty-two men."),
    ("odds of 5:1, a 16:9 screen", "odds of five to one, a sixteen by nine screen"),
    ("24/7/365", "twenty-four seven three sixty-five"),
    ("I remember 9/11.", "I remember 911."),
    ("at 1:05 and 9:00", "at one oh five and nine hundred"),
    ("20/20 vision, a 4-4-2", "2020 vision, a 442"),
    ("blood pressure 120/80", "blood pressure one twenty over eighty"),
    ("Dial 911 or 112.", "Dial nine one one or one one two."),
    ("Call 911: 911 people fell.", "Call 911: nine hundred eleven people fell."),
    ("In 911, Rollo came.", "In nine hundred eleven, Rollo came."),
    ("Call 101 people.", "Call one hundred one people."),
    ("a Porsche 911", "a Porsche nine eleven"),
    ("Call 1-800-555-0199.", "Call one eight hundred five five five zero one nine nine."),
    ("Call +1 (800) 555-0199.", "Call one eight hundred five five five zero one nine nine."),
    ("Call 1.800.555.0199.", "Call 1-800-555-0199."),
    (
        "1-800-273-TALK, 0800 123 456",
        "1 800 2 7 3 talk, oh eight hundred one two three four five six",
    ),
    ("a 1-800 number", "a one eight hundred number"),
    ("1/100 or 1/1,000", "one over one hundred or one one-thousandth"),
    ("1/32 or 3/100", "one thirty-second or three hundredths"),
    ("1/60 second", "one sixtieth of a second"),
    ("5/64, 1/250", "five over sixty-four, one two hundred fiftieth"),
    ("odds of 3/1", "odds of three to one"),
]
WRONG = [
    ("He sold 10 000 books.", "He sold ten zero zero zero books."),
    ("He sold 10,000 books.", "He sold 1 0 0 0 0 books."),
    ("He sold ten thousand books.", "He sold ten zero zero zero books."),
    ("1,250 people came.", "One two five zero people came."),
    ("1,250 people came.", "1-2-5-0 people came."),
    ("It costs $1,250.", "It costs one two five zero dollars."),
    ("It is 250 km away.", "It is two five zero kilometers away."),
    ("Open 24x7.", "Open 24 times 7."),
    ("Open 24/7.", "Open 24 over 7."),
    ("x² is it.", "x 2 is it."),
    ("10⁶", "106"),
    ("2^8", "28"),
    ("10^-9", "ten to the nine"),
    ("B♭ major", "B major"),
    ("Gen. 1:1", "General one one"),
    ("Matt. 5:3-12", "Matthew 53 12"),
    ("Henry VIII died.", "Henry eight died."),
    ("Chapter IV", "Chapter I V"),
    ("Dial 555-1234.", "Dial 555 to 1234."),
    ("half a million men", "a million men"),
    ("He got a B-.", "He got a B."),
    ("501(c)(3)", "501 C"),
    ("N. Korea", "N Korea"),
    ("It fell -3.2%.", "It fell 3.2%."),
    ("£5-a-head", "5 a head"),
    ("We won 3-2.", "We won 32."),
    ("We won 3–2.", "We won thirty-two."),
    ("a 7-0 vote", "a seventy vote"),
    ("They won 10-9.", "They won one hundred nine."),
    ("a 16:9 screen, odds of 5:1", "a 169 screen, odds of 51"),
    ("a 21-17 win", "a twenty-one hundred seventeen win"),
    ("It is open 24-7.", "It is open 247."),
    ("Open 24/7.", "Open two hundred forty-seven."),
    ("Open 24/7.", "Open two four seven."),
    ("I remember 9/11.", "I remember nine one one."),
    ("I remember 9/11.", "I remember nine hundred eleven."),
    ("a 4-4-2 formation", "a four hundred forty-two formation"),
    ("20/20 vision", "two thousand twenty vision"),
    ("Dial 911 now.", "Dial nine hundred and eleven now."),
    ("The 911 operator spoke.", "The nine hundred eleven operator spoke."),
    ("Call 999 or 112.", "Call nine nine nine or one hundred twelve."),
    ("911 people came.", "Nine one one people came."),
    ("Call 555-1234.", "Call five hundred fifty-five one thousand two hundred thirty-four."),
    ("Call 1-800-555-0199.", "Call one eight hundred five five five zero one nine."),
    ("It is 1/100 of it.", "It is one hundred of it."),
    ("1/250 of it", "one two hundred fifty of it"),
    ("It is 1/100.", "It is one slash one hundred."),
    ("5/64 of it", "five sixty-four of it"),
    ("My PIN is 4242.", "My pin is four thousand two hundred forty-two."),
]


@pytest.mark.parametrize(("written", "heard"), RIGHT)
def test_what_is_written_is_heard(written: str, heard: str) -> None:
    assert score(written, heard, "en").wer == 0


@pytest.mark.parametrize(("written", "heard"), WRONG)
def test_what_is_written_is_not_heard(written: str, heard: str) -> None:
    assert score(written, heard, "en").wer > 0
    assert score(written, heard, "en", heard).wer > 0, "a frontend does not vouch for itself"


@pytest.mark.parametrize("written", [written for written, _ in RIGHT])
def test_the_frontend_reads_none_of_them_wrong(written: str) -> None:
    spoken = normalize(written, "en")
    assert score(written, spoken, "en", spoken).errors == 0
    assert not is_misread(written, spoken, spoken, "en")
