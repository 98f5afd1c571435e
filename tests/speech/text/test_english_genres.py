"""Right readings of what one genre writes: newswire, old books, chats, trades, recipes, science."""

import pytest

from speech.text.normalize import normalize

NEWSWIRE = [
    ("up 0.6% by 1015 GMT, at 0900 UTC, 2359 Zulu",
     "up zero point six percent by ten fifteen GMT, at oh nine hundred UTC, twenty-three "
     "fifty-nine Zulu"),
    ("In 1015 it was so, 1015 men.", "In ten fifteen it was so, one thousand fifteen men."),
    ("Sen. Sanders (I-Vt.), Rep. Cortez, D-N.Y., and Gov. DeSantis, R-Fla., left.",
     "Senator Sanders, I, Vermont, Representative Cortez, D, New York, and Governor "
     "DeSantis, R, Florida, left."),
    ("Sen. Cruz (R-TX) took I-95, not D-Day.",
     "Senator Cruz, R, Texas, took I-ninety-five, not D-Day."),
    ("Yields rose 3.2bp to 4.18%, by 25 bps.",
     "Yields rose three point two basis points to four point one eight percent, by "
     "twenty-five basis points."),
    ("Revenue rose 5bps.", "Revenue rose five basis points."),
    ("Then x[0] = 3", "Then x, zero, equals three"),
    ("a 9600 bps modem, 300 bp of DNA, BP 120",
     "a nine thousand six hundred bit per second modem, three hundred base pairs of DNA, "
     "BP one hundred twenty"),
    ("up 12% YoY and 3% q/q",
     "up twelve percent year over year and three percent quarter over quarter"),
    ("a loss of $(1.2) million", "a loss of minus one point two million dollars"),
    ("cut to Ba1 from Baa3", "cut to Ba one from Baa three"),
    ("3pm EST/12pm PST", "three P.M. EST, twelve P.M. PST"),
    ("(2211 GMT)", "twenty-two eleven GMT"),
]  # fmt: skip
OLD_BOOKS = [
    ("He owed £3 4s. 6d. to her, and 2s. to me.",
     "He owed three pounds four shillings and six pence to her, and two shillings to me."),
    ("It cost £5 10s. in all, or 10s. 6d. each.",
     "It cost five pounds and ten shillings in all, or ten shillings and six pence each."),
    ("It fell in the 80s. The 5s. and 6s. won.",
     "It fell in the eighties. The fives. and sixes. won."),
    ("the 2d Regiment, the 22d Infantry, a 3d printer",
     "the second Regiment, the twenty-second Infantry, a three d printer"),
    ("the 5th inst., the 28th ult.", "the fifth instant, the twenty-eighth ultimo."),
    ("cakes, ale &c. were sold", "cakes, ale et cetera were sold"),
    ("Ramesses II (r. 1279–1213 BC), reigned from 1066, c. 1028",
     "Ramesses the second, reigned twelve seventy-nine to twelve thirteen BC, reigned from"
     " ten sixty-six, circa ten twenty-eight"),
    ("rose from 1066 units", "rose from one thousand sixty-six units"),
    ("\"Yes, Miss.\" the Rt. Rev. Smith", "\"Yes, Miss.\" the Right Reverend Smith"),
]  # fmt: skip
CHATS = [
    ("c u 2nite, happy bday, gr8 tho", "c u tonight, happy birthday, great though"),
    ("see ya 2day imo, H8", "see ya today in my opinion, H eight"),
    ("$350 OBO, d/b/a Foo, w/in a week",
     "three hundred fifty dollars or best offer, doing business as Foo, within a week"),
    ("4-4-2, 4ever and b4", "four four two, forever and b four"),
]  # fmt: skip
TRADES = [
    ("Runway 27L, runway 9, RWY 09R", "Runway two seven left, runway nine, RWY zero nine right"),
    ("climb to FL350, squawk 7700",
     "climb to flight level three five zero, squawk seven seven zero zero"),
    ("an HTTP 404 error, error 500, a 404 page",
     "an HTTP four oh four error, error five hundred, a four oh four page"),
    ("404 pages, 500 people", "four hundred four pages, five hundred people"),
    ("1080p, 720p60 and 480i", "ten eighty p, seven twenty p sixty and four eighty i"),
    ("take 2 tabs q4-6h, 5 mg/kg/day",
     "take two tabs every four to six hours, five milligrams per kilogram per day"),
    ("5W-30 oil, 5 W, 5-30 men", "five W thirty oil, five watts, five to thirty men"),
    ("See No. 12-345, nos. 12-345",
     "See Number one two, three four five, numbers twelve to three hundred forty-five"),
    ("arXiv:1706.03762v5", "arXiv one seven zero six dot zero three seven six two"),
    ("on US-1 in AH-64s, at 7 AM-9 PM",
     "on U S-one in A H-sixty-fours, at seven A.M. to nine P.M."),
    ("123 F.3d 456 (9th Cir. 1997)",
     "one hundred twenty-three F third four hundred fifty-six, ninth Circuit nineteen "
     "ninety-seven"),
    ("Model No. WF-1000, order no. 12345",
     "Model number WF one zero zero zero, order number one two three four five"),
    ("bill #INV-2024 of #Tesla", "bill number INV two zero two four of hashtag Tesla"),
    ("2BR/1BA, a 1-BR apt, 87k mi",
     "two bedroom, one bath, a one bedroom apt, eighty-seven thousand miles"),
    ("12-34 Main St., pages 12-34", "twelve thirty-four Main Street, pages twelve to thirty-four"),
    ("My IP is 10.0.0.1/24.", "My IP is one zero dot zero dot zero dot one slash two four."),
]  # fmt: skip
KITCHEN = [
    ("2 1/2 c. flour, 1 T. butter, 1 t. salt",
     "two and one half cups flour, one tablespoon butter, one teaspoon salt"),
    ("Section 5 c. applies, plan 5 t. too", "Section five c. applies, plan five t. too"),
    ("200g/7oz sugar, 6ft/2m, 12V/5A",
     "two hundred grams, seven ounces sugar, six feet, two meters, twelve volts, five amps"),
    ("5mg/5ml, 5 kWh/100 km",
     "five milligrams per five milliliters, five kilowatt hours per one hundred kilometers"),
    ("10 x 5 x 2.5 in, 29.92 in. & falling",
     "ten by five by two point five inches, twenty-nine point nine two inches and falling"),
    ("10 by 5 in the hall, 2 by 4 in all", "ten by five in the hall, two by four in all"),
    ("5,280', a 4.5★ hotel", "five thousand two hundred eighty feet, a four point five star hotel"),
    ("$5/lb., 99¢ ea.", "five dollars per pound, ninety-nine cents each."),
]  # fmt: skip
SCIENCE = [
    ("stirred for 2 h. Then 2 h pencils, 24–48 h",
     "stirred for two hours. Then two h pencils, twenty-four to forty-eight hours"),
    ("10 m s⁻¹, 9.8 m s⁻², 2 mg kg⁻¹ day⁻¹",
     "ten meters per second, nine point eight meters per second squared, two milligrams "
     "per kilogram per day"),
    ("SO4^2-, Fe^3+, Na^+ and SO₄²⁻",
     "S O four two minus, Fe three plus, Na plus and S O four two minus"),
    ("x^2-4, x^2 - 4, 10^5-10^6",
     "x squared minus four, x squared minus four, ten to the power of five to ten to the "
     "power of six"),
    ("sin²θ + cos²θ = 1, log₂ 8 = 3",
     "sine squared theta plus cosine squared theta equals one, log base two of eight "
     "equals three"),
    ("12.3 x 10^9, 3 x 4 = 12, 3 x 4",
     "twelve point three times ten to the power of nine, three times four equals twelve, "
     "three by four"),
    ("10**3, a && b", "ten to the power of three, a and b"),
    ("p = .018, ~2 nm, (<5 km), <one line>",
     "p equals zero point zero one eight, about two nanometers, less than five kilometers,"
     " one line"),
    ("10 μM, 5 μF, 3.2 kpc, 1,000 IU, 180gsm",
     "ten micromolar, five microfarads, three point two kiloparsecs, one thousand "
     "international units, one hundred eighty grams per square meter"),
    ("48°51'24\"N 2°21'08\"E, N 51° 28.6' W 0°",
     "forty-eight degrees fifty-one minutes twenty-four seconds north two degrees "
     "twenty-one minutes eight seconds east, N fifty-one degrees twenty-eight point six "
     "minutes W zero degrees"),
    ("-5°C/23°F, a high near 84F",
     "minus five degrees Celsius, twenty-three degrees Fahrenheit, a high near eighty-four"
     " degrees Fahrenheit"),
    ("Eq. (3), I said no. (3) is one.", "Equation, three, I said no., three, is one."),
    ("pH7.4", "pH seven point four"),
]  # fmt: skip
CALENDAR = [
    ("Dec. 24 & 25: closed. May 5, 6 and 7, 2020",
     "December twenty-fourth and twenty-fifth: closed. May fifth, sixth and seventh, "
     "twenty twenty"),
    ("May 5 and 6 men, the 5th and 6th of May",
     "May fifth and six men, the fifth and the sixth of May"),
    ("4-Mar-24, exp. 05/27, by Fri., 5/10",
     "the fourth of March, twenty twenty-four, exp. May twenty twenty-seven, by Friday, "
     "May tenth"),
    ("Open M-F 8am-5pm, an M-F ratio",
     "Open Monday to Friday eight A.M. to five P.M., an M-F ratio"),
    ("1999/2000, 1000/1001", "nineteen ninety-nine two thousand, one thousand one thousand firsts"),
    ("9 a.m.-noon Sat., closed Sun.", "nine A.M. to noon Saturday, closed Sunday."),
    ("at :15 and :45 past", "at fifteen and forty-five past"),
    ("in 4/4 at a slow tempo, in 4/4 of cases",
     "in four four at a slow tempo, in four quarters of cases"),
]  # fmt: skip
GAMES = [
    ("Luke 15:11ff. and Qur'an 2:255",
     "Luke fifteen eleven and following and Qur'an two two hundred fifty-five"),
    ("1.e4 e5, 34...Qxh2#", "one. e four e five, thirty-four... queen takes h two mate"),
    ("0.5e3, Rated Ba1.", "zero point five times ten to the power of three, Rated Ba one."),
]  # fmt: skip
KINDS = {
    "newswire": NEWSWIRE,
    "old books": OLD_BOOKS,
    "chats": CHATS,
    "trades": TRADES,
    "kitchen": KITCHEN,
    "science": SCIENCE,
    "calendar": CALENDAR,
    "games": GAMES,
}
ROWS = [(kind, text, said) for kind, rows in KINDS.items() for text, said in rows]


@pytest.mark.parametrize(("kind", "text", "said"), ROWS)
def test_reading(kind: str, text: str, said: str) -> None:
    assert normalize(text, "en") == said
    assert normalize(said, "en") == said


@pytest.mark.parametrize(
    "piece",
    [
        "1s. 1d. ",
        "£1 ",
        "1W-",
        "q1-",
        "R-Fla.",
        "1 c. ",
        "5 m s^-1 ",
        "^-",
        "May 5, 6, ",
        "1/2000/",
    ],
)
def test_hostile_lines_of_10_000_characters_come_back(piece: str) -> None:
    said = normalize((piece * 10_000)[:10_000], "en")
    assert not any(char.isnumeric() for char in said)
