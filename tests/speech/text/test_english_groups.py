"""Numbers as other countries group and point them, and what looks like them and is none."""

import pytest

from speech.text.normalize import normalize

SPACED = [
    ("10 000 people came.", "ten thousand people came."),
    ("1 000 000", "one million"),
    ("1\u00a0000\u00a0000 and 2\u202f000 and 3\u2009000",
     "one million and two thousand and three thousand"),
    ("In 2019 10 000 people left.", "In twenty nineteen ten thousand people left."),
    ("In May 5 000 people came.", "In May five thousand people came."),
    ("It lost 25 340 votes.", "It lost twenty-five thousand three hundred forty votes."),
    ("a population of 25 340", "a population of twenty-five thousand three hundred forty"),
    ("about 12 500 km, 9 700 m high",
     "about twelve thousand five hundred kilometers, nine thousand seven hundred meters high"),
    ("€ 12 500, 10 000,50 €, $2 500",
     "twelve thousand five hundred euros, ten thousand euros and fifty cents, "
     "two thousand five hundred dollars"),
    ("12 500-15 000 people", "twelve thousand five hundred to fifteen thousand people"),
    ("Some 45 678 fans sang.", "Some forty-five thousand six hundred seventy-eight fans sang."),
    ("the 10 000th visitor, -5 000 m", "the ten thousandth visitor, minus five thousand meters"),
    ("299 792 458 m/s",
     "two hundred ninety-nine million seven hundred ninety-two thousand four hundred fifty-eight "
     "meters per second"),
    ("1 234,56 kg", "one thousand two hundred thirty-four point five six kilograms"),
    ("the 8 848-metre peak", "the eight thousand eight hundred forty-eight-metre peak"),
    ("My flat is 1 200 square feet.", "My flat is one thousand two hundred square feet."),
    ("There were 2 345 of them.", "There were two thousand three hundred forty-five of them."),
    ("10 000s of birds", "ten thousands of birds"),
    ("We call 10 000 people a city.", "We call ten thousand people a city."),
]  # fmt: skip
MARKED = [
    ("1'000'000 or 1’000’000 francs", "one million or one million francs"),
    ("CHF 1'250.50", "one thousand two hundred fifty point five zero Swiss francs"),
    ("12,34,567 people",
     "one million two hundred thirty-four thousand five hundred sixty-seven people"),
    ("₹1,00,000, Rs. 5,00,000/-", "one hundred thousand rupees, five hundred thousand rupees"),
    ("Rs 2,50,000.50", "two hundred fifty thousand rupees and fifty paise"),
    ("10,00,00,000 people", "one hundred million people"),
    ("1.234,56 €", "one thousand two hundred thirty-four euros and fifty-six cents"),
    ("1.234.567 people",
     "one million two hundred thirty-four thousand five hundred sixty-seven people"),
    ("12.500 €, €12.500", "twelve thousand five hundred euros, twelve thousand five hundred euros"),
    ("10.000 people", "ten thousand people"),
    ("3,5 kg of flour", "three point five kilograms of flour"),
    ("2,5-3,5 kg, 2,5 x 3,5 m",
     "two point five to three point five kilograms, two point five by three point five meters"),
    ("between 1,5 and 2,5 km", "between one point five and two point five kilometers"),
    ("37,5 °C, 4,5 %", "thirty-seven point five degrees Celsius, four point five percent"),
    ("0,125 l, 0,5 l, 0,05",
     "zero point one two five liters, zero point five liters, zero point zero five"),
    ("€12,99, 19,99 €, $3,50",
     "twelve euros and ninety-nine cents, nineteen euros and ninety-nine cents, "
     "three dollars and fifty cents"),
    ("1,5 million, €1,5 million", "one point five million, one point five million euros"),
    ("2,5 times, 7,5/10", "two point five times, seven point five out of ten"),
]  # fmt: skip
UNCHANGED = [
    ("in 2019 300 people", "in twenty nineteen three hundred people"),
    ("On May 5 300 people came.", "On May fifth three hundred people came."),
    ("On day 5 300 soldiers left.", "On day five three hundred soldiers left."),
    ("At 10 300 people came, by 9 250 more",
     "At ten three hundred people came, by nine two hundred fifty more"),
    ("Windows 10 300 users, Apollo 11 500 people",
     "Windows ten three hundred users, Apollo eleven five hundred people"),
    ("iPhone 12 128 GB", "iPhone twelve one hundred twenty-eight gigabytes"),
    ("Chapter 12 500 pages later", "Chapter twelve five hundred pages later"),
    ("Of the 12 100 were ill.", "Of the twelve one hundred were ill."),
    ("2 500 ml bottles, 1 400 g can",
     "two five hundred milliliters bottles, one four hundred grams can"),
    ("The answer is 10 200.", "The answer is ten two hundred."),
    ("10 100 1000, 1 2 3", "ten one hundred one thousand, one two three"),
    ("100 200 300", "one hundred two hundred three hundred"),
    ("1999 2000", "nineteen ninety-nine two thousand"),
    ("room 10 000", "room ten zero zero zero"),
    ("555 123 4567", "five five five, one two three, four five six seven"),
    ("+44 20 7946 0958", "plus four four, two zero, seven nine four six, zero nine five eight"),
    ("Your code is 123 456.", "Your code is one two three, four five six."),
    ("The PIN: 123 456, the code was 123 456 lines long.",
     "The PIN: one two three, four five six, the code was one hundred twenty-three thousand four "
     "hundred fifty-six lines long."),
    ("1, 2, 3 and 1,2,3", "one, two, three and one, two, three"),
    ("1,10,100,1000 and 5,10,100", "one, ten, one hundred, one thousand and five, ten, one hundred"),
    ("chapters 1,2 and 3", "chapters one, two and three"),
    ("sections 4,5 and 6,7", "sections four, five and six, seven"),
    ("pages 10,11, (0,10), verses 1,2 or 3",
     "pages ten, eleven, zero, ten, verses one, two or three"),
    ("1,234 kg of 12,345", "one thousand two hundred thirty-four kilograms of twelve thousand three "
     "hundred forty-five"),
    ("192.168.100.200",
     "one nine two dot one six eight dot one zero zero dot two zero zero"),
    ("1.2.3, version 1.234.567",
     "one point two point three, version one point two hundred thirty-four point five hundred "
     "sixty-seven"),
    ("$1.234 billion", "one point two three four billion dollars"),
    ("1.459 €/l", "one point four five nine euros per liter"),
    ("6'2\" and 5'10", "six foot two and five foot ten"),
    ("They won 3-1.", "They won three to one."),
]  # fmt: skip
ROWS = [*SPACED, *MARKED, *UNCHANGED]


@pytest.mark.parametrize(("text", "said"), ROWS)
def test_reading(text: str, said: str) -> None:
    assert normalize(text, "en") == said
    assert normalize(said, "en") == said


@pytest.mark.parametrize("piece", ["1 000 ", "1'000'", "1,00,", "1.000.", "1,5 ", "1 0", "10 000-"])
def test_hostile_lines_of_10_000_characters_come_back(piece: str) -> None:
    said = normalize((piece * 10_000)[:10_000], "en")
    assert not any(char.isnumeric() for char in said)
