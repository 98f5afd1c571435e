"""Right readings by kind of token, the rarer: raised figures, initials, verses, ages."""

import pytest

from speech.text.normalize import normalize

POWER = "to the power of"
RAISED = [
    ("10⁶ people and 2⁸", f"ten {POWER} six people and two {POWER} eight"),
    ("6.02 × 10²³", f"six point zero two times ten {POWER} twenty-three"),
    ("10⁻³, x⁴, 2ⁿ", f"ten {POWER} minus three, x {POWER} four, two {POWER} n"),
    ("(1 + x)⁴, mc², πr³", f"one plus x, {POWER} four, MC squared, pi r cubed"),
    ("5 in² of 20 kg/m³", "five in squared of twenty kilograms per cubic meter"),
    ("It ended.¹ The result² was 'good'.³", "It ended. The result was 'good'."),
    ("Is it²,³ so⁴? In 1999¹ it was.", "Is it so? In nineteen ninety-nine it was."),
    ("Ca²⁺, ²³⁵U", "Ca two plus, two hundred thirty-five U"),
    ("10<sup>6</sup> and 1<sup>st</sup>", f"ten {POWER} six and first"),
    ("CO<sub>2</sub>, a word<sup>3</sup>", "C O two, a word"),
]
TITLES = [
    ("Mr. Will Smith, Sgt. Will Brown", "Mister Will Smith, Sergeant Will Brown"),
    ("Mrs. A. B. Jones, Prof. A. Einstein", "Missus A. B. Jones, Professor A. Einstein"),
    ("Lt. I. Hill met Gen. A. Smith.", "Lieutenant I. Hill met General A. Smith."),
    ("He saw the Gen. The man left.", "He saw the Gen. The man left."),
    ("the A/C unit", "the AC unit"),
    ("Dr. & Mrs. Smith, Prof. and Ms. Lee", "Doctor and Missus Smith, Professor and Miz Lee"),
    ("Wm. Smith, Geo. Washington", "William Smith, George Washington"),
    ("Sec. Clinton read Sec. 5.", "Secretary Clinton read Section five."),
    ("Types I and II, World Wars I and II", "Types one and two, World Wars one and two"),
    ("the part I and C played", "the part I and C played"),
    ("a Category V storm, Tier II", "a Category five storm, Tier two"),
    ("N. Korea, S. Africa, E. coli", "North Korea, South Africa, E. coli"),
    ("No. 10 Downing St.", "Number ten Downing Street."),
    ("Jan. to Mar.; Mon. through Fri.", "January to March; Monday through Friday."),
    ("ed. by Lee, w/out it", "edited by Lee, without it"),
    ("Pt. II, Pt. 1, Pt. Reyes", "Part two, Part one, Point Reyes"),
    ("See esp. p. 47.", "See especially page forty-seven."),
    ("Text STOP to 60777.", "Text stop to six zero seven seven seven."),
    ("the 80/20 rule, a 1/99 chance", "the eighty twenty rule, a one ninety-ninth chance"),
    ("tel. 555-0142", "telephone five five five, zero one four two"),
]
DATES = [
    ("Tues 6 Feb, Sat May 5", "Tuesday the sixth of February, Saturday May fifth"),
    ("Sat in May. He sat.", "Sat in May. He sat."),
    ("Open Sun 10–4, Mon 9am-5pm", "Open Sunday ten to four, Monday nine A.M. to five P.M."),
    (
        "7.30–9.30pm, 7.30-9.50%",
        "seven thirty to nine thirty P.M., seven point three zero to nine point five zero percent",
    ),
    ("Q4'23, b. 1950, d. 2001", "Q four twenty-three, born nineteen fifty, died two thousand one"),
    ("Class of '05, '00", "Class of oh five, two thousand"),
    ("noon-1pm, 10 p.m.-midnight", "noon to one P.M., ten P.M. to midnight"),
]
UNITS = [
    ("a 9mm pistol, a 2.0L engine", "a nine millimeter pistol, a two point zero liter engine"),
    (
        "1/250 s, 120/80 mmHg",
        "one two hundred fiftieth second, one hundred twenty over eighty millimeters of mercury",
    ),
    ("5 cu. yd. of soil, 6 in. of snow", "five cubic yards of soil, six inches of snow"),
    ("5 kWh/100 km", "five kilowatt hours per one hundred kilometers"),
    (
        "Bake at 350F. It is -5C outside.",
        "Bake at three hundred fifty degrees Fahrenheit. It is minus five degrees Celsius outside.",
    ),
    ("in 4.5 s, 5 ng/mL", "in four point five seconds, five nanograms per milliliter"),
    ("The temp. is -3 to 5 C.", "The temperature is minus three to five degrees Celsius."),
    ("seat 14C in hot weather", "seat fourteen C in hot weather"),
    ("a 25 yo man, she is 25 y/o", "a twenty-five-year-old man, she is twenty-five years old"),
]
MONEY = [
    ("₹50 lakh, Rs. 2 crore, 5 lakh", "fifty lakh rupees, two crore rupees, five lakh"),
    ("$100K/year, $-50", "one hundred thousand dollars per year, minus fifty dollars"),
    ("$10's worth, £5-a-head", "ten dollars' worth, five pounds a head"),
    ("10 zł", "ten zlotys"),
    (
        "a $126M deal, a $2.50 fee",
        "a one hundred twenty-six million dollar deal, a two dollar and fifty cent fee",
    ),
    ("a $5, a $10 and a $20", "a five dollars, a ten dollars and a twenty dollars"),
]
VERSES = [
    ("Genesis 1:1-3 says so.", "Genesis one one to three says so."),
    ("Luke 2:1, Genesis 1:1–2:3", "Luke two one, Genesis one one to two three"),
    ("1 Corinthians 13:4-7", "First Corinthians thirteen four to seven"),
    ("Meet Mark 3:15 pm", "Meet Mark three fifteen P.M."),
    ("odds of 3:1", "odds of three to one"),
]
DASHES = [
    (
        "7 – 2 = 5, 10 - 3 - 2 = 5",
        "seven minus two equals five, ten minus three minus two equals five",
    ),
    ("y = 3x - 5, 2x - 3 = 7", "y equals three x minus five, two x minus three equals seven"),
    ("Boeing 737-800", "Boeing seven thirty-seven eight hundred"),
    ("a Boeing 777-300ER", "a Boeing seven seventy-seven three hundred ER"),
    ("pp.12-15, a 1-800 number", "pages twelve to fifteen, a one eight hundred number"),
    ("from 3x - 5x", "from three x to five x"),
    ("US$5-10 and A$5–10", "five to ten U.S. dollars and five to ten Australian dollars"),
    ("US$5-US$10", "five U.S. dollars to ten U.S. dollars"),
    (
        "EUR 5–10 million, Rs. 500-600",
        "five to ten million euros, five hundred to six hundred rupees",
    ),
]
ROMANS = [
    ("Chapter xii, pp. iv–xii, Scene ii", "Chapter twelve, pages four to twelve, Scene two"),
    ("John F. Kennedy III, Henry Ford II", "John F. Kennedy the third, Henry Ford the second"),
    ("Star Trek III, Rocky IV", "Star Trek three, Rocky four"),
    ("the XVth century, XIX-century art", "the fifteenth century, nineteenth-century art"),
    ("Davis Love III won.", "Davis Love the third won."),
    ("John Smith, III; John Smith Jr. IV", "John Smith the third; John Smith Junior the fourth"),
    (
        "Thurston Howell III's, Mr. Howell III",
        "Thurston Howell the third's, Mister Howell the third",
    ),
    ("Cornelius van der Berg III", "Cornelius van der Berg the third"),
    ("J. P. Morgan II, Gary Fuller V ran.", "J. P. Morgan the second, Gary Fuller the fifth ran."),
    ("Biff Tannen III was born.", "Biff Tannen the third was born."),
    ("King Carl Gustaf XVI, Mustafa IV", "King Carl Gustaf the sixteenth, Mustafa the fourth"),
    ("Davis Cup II, Jackson Park II", "Davis Cup two, Jackson Park two"),
    ("Jordan River II, Logan Airport II", "Jordan River two, Logan Airport two"),
    ("John Wick IV, Street Fighter II", "John Wick four, Street Fighter two"),
    (
        "Will World War II end, James Brown IV fluids",
        "Will World War two end, James Brown IV fluids",
    ),
    ("U. S. Army III Corps, Apple II", "U. S. Army three Corps, Apple two"),
    ("John Smith V. Jones, part i", "John Smith V. Jones, part i"),
]
KINDS = {
    "romans": ROMANS,
    "verses": VERSES,
    "dashes": DASHES,
    "raised": RAISED,
    "titles": TITLES,
    "dates": DATES,
    "units": UNITS,
    "money": MONEY,
}
ROWS = [(kind, text, said) for kind, rows in KINDS.items() for text, said in rows]


@pytest.mark.parametrize(("kind", "text", "said"), ROWS)
def test_reading(kind: str, text: str, said: str) -> None:
    assert normalize(text, "en") == said
    assert normalize(said, "en") == said


@pytest.mark.parametrize("piece", ["¹", "a²", "10⁶", "⁺", "word³,", "<sup>2", "²³"])
def test_hostile_lines_of_10_000_characters_come_back(piece: str) -> None:
    said = normalize((piece * 10_000)[:10_000], "en")
    assert not any(char.isnumeric() for char in said)
