"""What people write for English words: units, titles, months, signs, and how each may be said."""

MONTHS = [
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
]

DAYS = {
    "mon": "Monday",
    "tue": "Tuesday",
    "tues": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "thurs": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}

MONTH_OF = {
    **{month.lower(): month for month in MONTHS},
    **{month[:3].lower(): month for month in MONTHS},
    "sept": "September",
}

NAME_OF = {**MONTH_OF, **DAYS, **{day.lower(): day for day in DAYS.values()}}
"""of days and months, by what they are shortened to"""

UNITS = {
    "mm": "millimeter",
    "cm": "centimeter",
    "m": "meter",
    "km": "kilometer",
    "in": "inch",
    "ft": "foot",
    "yd": "yard",
    "mi": "mile",
    "mg": "milligram",
    "g": "gram",
    "kg": "kilogram|kilo",
    "oz": "ounce",
    "lb": "pound",
    "lbs": "pound",
    "ml": "milliliter",
    "l": "liter",
    "gal": "gallon",
    "tsp": "teaspoon",
    "tbsp": "tablespoon",
    "ms": "millisecond",
    "s": "second",
    "sec": "second",
    "min": "minute",
    "mins": "minute",
    "h": "hour",
    "hr": "hour",
    "hrs": "hour",
    "wk": "week",
    "wks": "week",
    "mo": "month",
    "yr": "year",
    "yrs": "year",
    "w": "watt",
    "kw": "kilowatt",
    "kwh": "kilowatt hour",
    "v": "volt",
    "a": "amp",
    "hz": "hertz",
    "khz": "kilohertz",
    "mhz": "megahertz",
    "ghz": "gigahertz",
    "kb": "kilobyte",
    "mb": "megabyte",
    "gb": "gigabyte",
    "tb": "terabyte",
    "mbps": "megabit per second",
    "gbps": "gigabit per second",
    "mph": "mile per hour|mile an hour",
    **dict.fromkeys(("kph", "kmh", "km/h"), "kilometer per hour|kilometer an hour"),
    "rpm": "revolution per minute",
    "db": "decibel",
    "°": "degree",
    "°c": "degree Celsius|degree centigrade|degree C",
    "°f": "degree Fahrenheit|degree F",
    "k": "thousand|K",
    "bn": "billion",
}

HUNDREDTHS = {"yen": "sen", "won": "jeon", "ruble": "kopek"}
"""of currencies for which the frontend names none"""

ALSO_CURRENCY = {"US$": ["dollar"], "USD": ["U.S. dollar"]}

_RATED = """
    h hr s sec min day week wk month mo year yr l kg second minute hour night person head
    capita piece mile kilometer gram litre liter gallon gal kilo pound lb oz cup serving
    bottle box pack acre hectare share user seat ticket unit item game page visit
    """
PER = frozenset(_RATED.split())
"""units and things that rates are told by"""

ABBREVIATIONS = {
    "mr": "Mister",
    "mrs": "Missus|Misses",
    "ms": "Ms",
    "mt": "Mount",
    "ft": "Fort|feet",
    "sgt": "Sergeant",
    "cpl": "Corporal",
    "gen": "General",
    "col": "Colonel",
    "capt": "Captain",
    "lt": "Lieutenant",
    "maj": "Major",
    "prof": "Professor",
    "rev": "Reverend",
    "hon": "Honorable",
    "sen": "Senator",
    "gov": "Governor",
    "ave": "Avenue",
    "rd": "Road",
    "blvd": "Boulevard",
    "hwy": "Highway",
    "etc": "et cetera",
    "vs": "versus",
    "approx": "approximately|approx",
    "dept": "department",
    "ltd": "Limited",
    "inc": "Incorporated|Inc",
    "co": "Company|Co",
    "corp": "Corporation|Corp",
    "jr": "Junior",
    "sr": "Senior",
}
"""said so wherever they stand with a dot"""

UNDOTTED = ["ave", "rd", "blvd", "hwy", "sgt", "etc", "vs", "mrs", "mr", "ms", "mt", "prof", "ltd"]
"""of these, said so without a dot too"""

BY_PLACE = {"dr": ("Doctor", "Drive"), "st": ("Saint", "Street")}
"""a title before a name, a part of an address after one"""

BEFORE_NUMBERS = {
    "no": "number",
    "nos": "numbers",
    "vol": "volume",
    "ch": "chapter",
    "fig": "figure",
    "p": "page",
    "pp": "pages",
    "sec": "section",
}

SIGNS = {
    "&": "and",
    "≥": "greater than or equal to|at least|greater or equal to",
    "≤": "less than or equal to|at most|less or equal to",
    "≠": "not equal to|is not equal to|does not equal",
    "≈": "approximately|approximately equal to|about|almost equal to|is about",
    "±": "plus or minus|plus minus",
    "√": "square root of|the square root of|root",
    "∞": "infinity",
    "‰": "per mille|per mil|per thousand|per mill",
    "×": "times|by|multiplied by",
    "÷": "divided by",
    "°": "degrees",
    "§": "section|paragraph",
    "♭": "flat",
    "♯": "sharp",
    "♮": "natural",
}
"""said wherever they stand"""

OPERATORS = {
    "+": "plus",
    "=": "equals|is|equal|is equal to",
    "<": "less than|is less than",
    ">": "greater than|more than|is greater than",
    "-": "minus",
    "*": "times|star|asterisk",
}
"""said between two numbers or letters, or before a number"""
