"""Right readings by kind of token: what people write, and how it is said."""

import re

import pytest

from speech.text.normalize import normalize

CAPITALS = [
    ("It is MY house, not THEIR house.", "It is my house, not their house."),
    ("SHE SAID SHE WOULD COME.", "She said she would come."),
    ("THE OLD MAN SAT DOWN by the river.", "The old man sat down by the river."),
    (
        "I will NOT do that, and YOU will not EITHER.",
        "I will not do that, and you will not either.",
    ),
    ("DON'T TOUCH THAT! I'M SERIOUS.", "Don't touch that! I'm serious."),
    ("GOOD MORNING, EVERYONE.", "Good morning, everyone."),
    ("MARY HAD A LITTLE LAMB.", "Mary had a little lamb."),
    ("Pan Am Constellation", "Pan am Constellation"),
    ("I AM here at 10 AM.", "I am here at ten AM."),
    ("NASA, UNICEF and the FBI", "NASA, UNICEF and the FBI"),
    ("IT IS the IT department.", "It is the IT department."),
    ("The US economy; tell US, not THEM.", "The US economy; tell us, not them."),
    ("The WHO said so. WHO said that?", "The WHO said so. Who said that?"),
    ("THE FBI AND THE CIA SAID SO ON MONDAY", "The FBI and the CIA said so on monday"),
    ("OK, the TV and a PhD in mRNA", "OK, the TV and a PhD in mRNA"),
    ("CO2, H2O, CH4 and H2SO4", "C O two, H two O, C H four and H two S O four"),
    ("AT&T and Q&A", "A T and T and Q and A"),
    ("KUBERNETES and HTTP", "Kubernetes and HTTP"),
    ("html, pdf and hmm", "HTML, PDF and hmm"),
]
RANGES = [
    ("at 5:30-6:30 today", "at five thirty to six thirty today"),
    ("10:00–11:30 a.m., 4-6pm", "ten to eleven thirty A.M., four to six P.M."),
    ("7 AM-9 PM, 7 a.m. - 9 p.m.", "seven A.M. to nine P.M., seven A.M. to nine PM."),
    ("$150-$250", "one hundred fifty dollars to two hundred fifty dollars"),
    ("$1-2 million and €5–10", "one to two million dollars and five to ten euros"),
    ("$10k-$20k", "ten thousand dollars to twenty thousand dollars"),
    ("the 1960s-80s, the '80s–'90s", "the nineteen sixties to eighties, the eighties to nineties"),
    ("1914–1918, 2012–present", "nineteen fourteen to nineteen eighteen, twenty twelve to present"),
    ("5–7 May and May 5-7", "the fifth to the seventh of May and May fifth to seventh"),
    ("Dec 25-Jan 1", "December twenty-fifth to January first"),
    ("May 5 – June 3, 2020", "May fifth to June third, twenty twenty"),
    ("20~30 minutes, 5-10%", "twenty to thirty minutes, five to ten percent"),
    ("20-25°C", "twenty to twenty-five degrees Celsius"),
    ("68°–72°F", "sixty-eight degrees to seventy-two degrees Fahrenheit"),
    ("6ft-7ft, 5kg-10kg", "six feet to seven feet, five kilograms to ten kilograms"),
    ("5'2\"-5'6\"", "five foot two to five foot six"),
    ("0.5–1.5 mg/day", "zero point five to one point five milligrams per day"),
    ("pp. 5-7, nos. 3–4", "pages five to seven, numbers three to four"),
    ("2-3x faster", "two to three x faster"),
    ("Mon-Fri, A-Z, Jan–Mar", "Monday to Friday, A to Z, January to March"),
    ("They won 3-1.", "They won three to one."),
    ("Chapters IV–VI", "Chapters four to six"),
    ("John 3:16-18", "John three sixteen to eighteen"),
    (
        "1/2-3/4 cup, Q1-Q3, -10–-5",
        "one half to three quarters cup, Q one to Q three, minus ten to minus five",
    ),
    ("1-2=5, 10 - 4 = 6", "one minus two equals five, ten minus four equals six"),
    ("-5 to -10", "minus five to minus ten"),
    ("F-16, COVID-19, top-10, B-52", "F-sixteen, COVID-nineteen, top-ten, B-fifty-two"),
    ("a 50-50 chance, 24/7", "a fifty-fifty chance, twenty-four seven"),
]
TITLES = [
    ("Mt. Everest is high.", "Mount Everest is high."),
    ("Col. Mustard met Gen. Grant.", "Colonel Mustard met General Grant."),
    ("Lt. Dan, Sgt. Pepper, Prof Moriarty", "Lieutenant Dan, Sergeant Pepper, Professor Moriarty"),
    ("the Rev. Dr. King Jr. spoke", "the Reverend Doctor King Junior spoke"),
    ("Smith & Co. Ltd. sells it.", "Smith and Company Limited sells it."),
    ("Acme Inc. He left. Jones Bros.", "Acme Incorporated. He left. Jones Brothers."),
    ("Dr. Smith of Elm Dr. spoke.", "Doctor Smith of Elm Drive spoke."),
    ("St. Mary's on St. James St.", "Saint Mary's on Saint James Street."),
    ("12 Main St to Oak Ave now", "twelve Main Street to Oak Avenue now"),
    ("1428 Elm St. It was dark.", "fourteen twenty-eight Elm Street. It was dark."),
    (
        "708 N 1st St, on 42nd St. NW",
        "seven oh eight North first Street, on forty-second Street NW",
    ),
    ("King Charles III waved.", "King Charles the third waved."),
    ("Henry VIII died. Louis XIV's", "Henry the eighth died. Louis the fourteenth's"),
    ("World War I, World War II, WWII", "World War one, World War two, World War two"),
    ("Chapter IV. Super Bowl LIV.", "Chapter four. Super Bowl fifty-four."),
    ("vols. i-iii, bk. v, Sec. IV", "volumes one to three, book five, Section four"),
    ("chs. i, ii and iv, ch. xliv", "chapters one, two and four, chapter forty-four"),
    ("chapter lxxx, note iv", "chapter eighty, note four"),
    ("Henry viii and louis xiv", "Henry the eighth and louis the fourteenth"),
    ("Mary xxx, the part i like", "Mary xxx, the part i like"),
    ("the part I like, the XIX century", "the part I like, the nineteenth century"),
    ("Vitamin C, Malcolm X, Gen Z", "Vitamin C, Malcolm X, Gen Z"),
    ("Miami, Fla.; the Gen Z of Rt. 66", "Miami, Florida; the Gen Z of Route sixty-six"),
    ("Roe v. Wade, Ali vs. Frazier", "Roe versus Wade, Ali versus Frazier"),
    ("on Sat. at 5, Tues. and Wed.", "on Saturday at five, Tuesday and Wednesday."),
    ("No. 5, no. I said no.", "Number five, no. I said no."),
    ("Vol. 2, Ch. 5, Fig. 3, p. 7", "Volume two, Chapter five, Figure three, page seven"),
]
DATES = [
    ("july 25 2012", "July twenty-fifth, twenty twelve"),
    ("25 July 2012", "the twenty-fifth of July, twenty twelve"),
    ("on the 26th May", "on the twenty-sixth of May"),
    ("Jul. 4th, '99", "July fourth, ninety-nine"),
    ("5 Jan. 1990", "the fifth of January, nineteen ninety"),
    ("2016/07/03, 2016-07-03", "July third, twenty sixteen, July third, twenty sixteen"),
    (
        "15-01-2020, 15.01.2020",
        "January fifteenth, twenty twenty, January fifteenth, twenty twenty",
    ),
    (
        "1/2/03, 12/25/2020",
        "January second, two thousand three, December twenty-fifth, twenty twenty",
    ),
    ("Jan-15-2020", "January fifteenth, twenty twenty"),
    ("15-Jan-2020", "the fifteenth of January, twenty twenty"),
    ("On 3/4 we met.", "On March fourth we met."),
    ("9/11 and 12/25", "nine eleven and December twenty-fifth"),
    (
        "2020-01-15T10:30:00Z",
        "January fifteenth, twenty twenty, ten thirty UTC",
    ),
    ("the 1990s, the '90s, 1910s", "the nineteen nineties, the nineties, nineteen tens"),
    ("340 B.C., 1066 AD", "three forty BC, ten sixty-six AD"),
    ("in March 20,000 people", "in March twenty thousand people"),
    ("They march 20 miles, may 3 times", "They march twenty miles, may three times"),
    ("july 4, sept 5, March 20", "July fourth, September fifth, March twentieth"),
]
TIMES = [
    ("5.30pm, 5:30 PM, 5pm", "five thirty P.M., five thirty P.M., five P.M."),
    ("It was 7 p.m. He left.", "It was seven PM. He left."),
    ("It ends at 8:45 a.m.", "It ends at eight forty-five AM."),
    ("at 5 p.m. on Monday, 5 p.m. Monday", "at five P.M. on Monday, five P.M. Monday"),
    ("10:30:15", "ten hours thirty minutes and fifteen seconds"),
    ("14:05, 9:00, 12am", "fourteen oh five, nine o'clock, twelve A.M."),
    ("6 o'clock, 5pm EST, 11:30EST", "six o'clock, five P.M. EST, eleven thirty EST"),
    ("At 10 AM Bob left, at 7pm (Bob)", "At ten AM Bob left, at seven PM, Bob"),
    ("AT 10 AM BOB LEFT US", "At ten AM bob left us"),
    ("2h30m", "two hours thirty minutes"),
    ("He lives in the U.S. He likes it.", "He lives in the US. He likes it."),
]
CODES = [
    ("(123)-123-5678", "one two three, one two three, five six seven eight"),
    ("+1-202-555-0143", "plus one, two zero two, five five five, zero one four three"),
    ("+44 20 7946 0958", "plus four four, two zero, seven nine four six, zero nine five eight"),
    ("(212) 555-0199 x12", "two one two, five five five, zero one nine nine, extension one two"),
    ("867-5309", "eight six seven, five three zero nine"),
    ("1-800-GO-U-HAUL", "one, eight hundred, go U haul"),
    ("1-888-FLOWERS", "one, eight eight eight, flowers"),
    ("Dial 911 now.", "Dial nine one one now."),
    ("Dial 999, 112 or 911.", "Dial nine nine nine, one one two or nine one one."),
    ("The emergency number is 112.", "The emergency number is one one two."),
    ("The 911 calls rose.", "The nine one one calls rose."),
    (
        "911 votes, 911 lbs, 911-page",
        "nine hundred eleven votes, nine hundred eleven pounds, nine hundred eleven-page",
    ),
    ("In 911, in 911 AD", "In nine hundred eleven, in nine eleven AD"),
    ("Call 101 people.", "Call one hundred one people."),
    ("3/100, 23/1000, 2/101", "three hundredths, twenty-three thousandths, two one hundred firsts"),
    ("1/10,000 at odds of 3/1", "one ten thousandth at odds of three to one"),
    ("CA 95051", "California nine five zero five one"),
    ("Boston, MA 02115", "Boston, Massachusetts zero two one one five"),
    ("Flight 1549, flight BA2490", "Flight one five four nine, flight BA two four nine zero"),
    ("Room 302, PIN 1234", "Room three zero two, PIN one two three four"),
    ("your otp is ab9453", "your otp is ab nine four five three"),
    ("order #12345", "order number one two three four five"),
    ("4111 1111 1111 1111", ", ".join(["four one one one"] + ["one one one one"] * 3)),
    (
        "ISBN 978-3-16-148410-0",
        "ISBN nine seven eight, three, one six, one four eight four one zero, zero",
    ),
    ("192.168.0.1", "one nine two dot one six eight dot zero dot one"),
    ("v2.0.1, version 3.10", "version two point zero point one, version three point ten"),
    ("Boeing 747, Airbus A380", "Boeing seven forty-seven, Airbus A three eighty"),
    ("agent 007, 12345678", "agent zero zero seven, one two three four five six seven eight"),
    ("a 4-4-2 formation", "a four four two formation"),
    ("My PIN is 4821.", "My PIN is four eight two one."),
    ("The room is 204, the gate was 31.", "The room is two zero four, the gate was thirty-one."),
    ("The apartment is 850 square feet.", "The apartment is eight hundred fifty square feet."),
    ("The room is 200 square feet.", "The room is two hundred square feet."),
    ("an order of 250 chairs", "an order of two hundred fifty chairs"),
    ("a case of 144 bottles", "a case of one hundred forty-four bottles"),
    ("The gate is 150 m away.", "The gate is one hundred fifty meters away."),
]
PLACES = [
    ("12 Maple Ln", "twelve Maple Lane"),
    ("We met in Tulsa, OK.", "We met in Tulsa, Oklahoma."),
    ("Portland, OR 97201", "Portland, Oregon nine seven two zero one"),
    ("Dallas, TX, and Reno, NV.", "Dallas, Texas, and Reno, Nevada."),
    ("Sure, OK. I told you, OK?", "Sure, OK. I told you, OK?"),
    ("Oh, HI! Not him, ME!", "Oh, hi! Not him, me!"),
    ("Jane Doe, MD, said so.", "Jane Doe, MD, said so."),
    ("Start IV fluids.", "Start IV fluids."),
    ("Henry IV fell, and Start Trek IV sold.", "Henry the fourth fell, and Start Trek four sold."),
]
UNITS = [
    ("He is 6'2\" tall.", "He is six foot two tall."),
    ("5' 10\", 5'', 12\"", "five foot ten, five inches, twelve inches"),
    ('"It was 1999", he said. "I am 20"', '"It was nineteen ninety-nine", he said. "I am twenty"'),
    ("the 100m in 9.58s", "the one hundred meters in nine point five eight seconds"),
    ("in 30s, the 80s", "in thirty seconds, the eighties"),
    ("50g of sugar, 3kg, 1 kg", "fifty grams of sugar, three kilograms, one kilogram"),
    ("2 tbsp in a wk", "two tablespoons in a week"),
    ("20 litres/day and $20/mo", "twenty litres per day and twenty dollars per month"),
    ("60 km/h, 5 m/s", "sixty kilometers per hour, five meters per second"),
    ("9.8 m/s²", "nine point eight meters per second squared"),
    (
        "12/kg, 100 MB/s, 50 kWh",
        "twelve per kilogram, one hundred megabytes per second, fifty kilowatt hours",
    ),
    ("20 sq ft, 5 m², 3 cm³", "twenty square feet, five square meters, three cubic centimeters"),
    (
        "20°C, -3 °F, 45°",
        "twenty degrees Celsius, minus three degrees Fahrenheit, forty-five degrees",
    ),
    ("1 1/2 tbsp, ¾ mile", "one and one half tablespoons, three quarters mile"),
    ("a 10-km run, a 5-lb bag", "a ten kilometer run, a five pound bag"),
    ("6 ft. 2 in., 5 ft 11 in", "six feet two inches, five feet eleven inches"),
    ("It weighs 12kg. It is 5 ft. tall.", "It weighs twelve kilograms. It is five feet tall."),
    ('5-1/4", 10" x 12"', "five and one quarter inches, ten inches by twelve inches"),
    (
        "8 oz/cup, 5%/yr, 60 MPH",
        "eight ounces per cup, five percent per year, sixty miles per hour",
    ),
    ("100 million kg", "one hundred million kilograms"),
]
MONEY = [
    (
        "$.99, $20.5, £2.01",
        "ninety-nine cents, twenty dollars and fifty cents, two pounds and one penny",
    ),
    ("$1.5M, £1m, €2bn", "one point five million dollars, one million pounds, two billion euros"),
    ("US$76.3 trillion", "seventy-six point three trillion U.S. dollars"),
    ("500 USD, USD 500, ₹100", "five hundred dollars, five hundred dollars, one hundred rupees"),
    ("a $100 bill, a $5-million house", "a one hundred dollar bill, a five million dollar house"),
]
ADDRESSES = [
    ("bbc.co.uk/news", "BBC dot co dot UK slash news"),
    ("report_v2.pdf, photo1.JPG", "report underscore v two dot PDF, photo one dot JPEG"),
    ("C:\\dir", "C colon backslash dir"),
    ("/usr/local/bin", "slash usr slash local slash bin"),
    ("@john_doe and #BlackFriday", "at john underscore doe and hashtag Black Friday"),
    ("a.b@mail.co.uk, see www.x.org.", "a dot b at mail dot co dot UK, see x dot org."),
    ("https://x.com/a-2?q=1", "x dot com slash a dash two question mark q equals one"),
]
SIGNS = [
    ("x ≥ 5 and y ≤ 3", "x greater than or equal to five and y less than or equal to three"),
    ("±5, 10‰, √2, ∞", "plus or minus five, ten per mille, square root of two, infinity"),
    ("a ≈ b, a ≠ b, A → B", "a approximately b, a not equal to b, A to B"),
    ("2 + 2 = 4, 3 × 4, 10 ÷ 2", "two plus two equals four, three times four, ten divided by two"),
    ("5 > 3, <10, ~20", "five greater than three, less than ten, about twenty"),
    ("§ 5, © 2020, Brand™", "section five, copyright twenty twenty, Brand"),
    ("π, C#, C++, A+", "pi, C sharp, C plus plus, A plus"),
    ("x^2, 2^10, 5*3", "x squared, two to the power of ten, five times three"),
]
ABBREVIATIONS = [
    ("pls msg me thru tmrw", "please message me through tomorrow"),
    ("w/ cheese, w/o sugar", "with cheese, without sugar"),
    ("approx. 5 min. walk", "approximately five minutes walk"),
    ("e.g. this, etc. and so on", "for example, this, et cetera and so on"),
    ("3 hrs. later; 5 yrs; 2 wks", "three hours later; five years; two weeks"),
]
KINDS = {
    "capitals": CAPITALS,
    "ranges": RANGES,
    "titles": TITLES,
    "dates": DATES,
    "times": TIMES,
    "codes": CODES,
    "places": PLACES,
    "units": UNITS,
    "money": MONEY,
    "addresses": ADDRESSES,
    "signs": SIGNS,
    "abbreviations": ABBREVIATIONS,
}
ROWS = [(kind, text, said) for kind, rows in KINDS.items() for text, said in rows]
TOKENS = (
    "1/2|¾|2 1/2|1914–1918|9/11|5-7|5:30-6:30|$150-$250|1960s-80s|5–7 May|20~30|5-10%|$1-2 million|2-3x"
    "|Mon-Fri|A-Z|6ft-7ft|Mt. Everest|Henry VIII|Chapter IV|World War II|july 25 2012|2016/07/03"
    "|15-01-2020|12/25/2020|2020-01-15T10:30:00Z|5.30pm|10:30:15|14:05|12am|6 o'clock|the 1990s|'90s"
    "|(212) 555-0199|1-800-GO-U-HAUL|911|CA 95051|Flight 1549|Room 302|192.168.0.1|v2.0.1"
    "|978-0-13-468599-1|6'2\"|20 litres/day|$20/mo|60 km/h|50g|100m|9.58s|2 tbsp|20°C|-3°F|50 kWh"
    "|20 sq ft|5 m²|12 Main St|bbc.co.uk/news|report_v2.pdf|@handle|#hashtag|a.b@c.com|x ≥ 5|±5|√2|10‰"
    "|1+1=2|5%|$5|£3.50|¥500|$1.5M|3rd|1,250|3.14|.5|007|1999|US|FBI|MY|CO2|MP3|Jan. 5|March 3rd"
    "|25 July 2012|80s|50¢|5 ft 3|7 p.m|10:00|A320|½|C++|24/7|"
    "10 000 people|1'000'000|12,34,567|₹1,00,000|1.234,56 €|1.234.567|3,5 kg|37,5 °C|€12,99"
)


@pytest.mark.parametrize(("kind", "text", "said"), ROWS)
def test_reading(kind: str, text: str, said: str) -> None:
    assert normalize(text, "en") == said
    assert normalize(said, "en") == said


def words(text: str) -> list[str]:
    return re.sub(r"[^\w\s]", "", normalize(text, "en")).lower().split()


@pytest.mark.parametrize("token", TOKENS.split("|"))
def test_punctuation_around_a_token_never_changes_its_reading(token: str) -> None:
    read = words(f"say {token}")
    for mark in (".", ",", ")", "?", "!", ";", ":", "...", "]", ". The end", ", and"):
        assert words(f"say {token}{mark}")[: len(read)] == read, mark
    for before, after in (("(", ")"), ("“", "”"), ("[", "]"), ('"', '"'), ('"', '."')):
        if token[-1] not in "'\"" or before in "([":
            assert words(f"say {before}{token}{after}") == read, before


@pytest.mark.parametrize(
    "piece", ["9", "1/", "1-", "$1", "a.", "a@", "'", "A ", "x=", "C:\\", "-", "St. "]
)
def test_hostile_lines_of_10_000_characters_come_back(piece: str) -> None:
    said = normalize((piece * 10_000)[:10_000], "en")
    assert not any(char.isnumeric() for char in said)
