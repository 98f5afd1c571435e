"""Web and e-mail addresses, file names, paths, IP addresses, handles and hashtags, sign by sign."""

import re

from speech.text.english.numbers import spell_digits, spell_number
from speech.text.english.patterns import END, START, words
from speech.text.rules import compiled, substitute

_SIGNS = {
    ".": "dot",
    "/": "slash",
    "\\": "backslash",
    "-": "dash",
    "_": "underscore",
    "@": "at",
    ":": "colon",
    "&": "ampersand",
    "?": "question mark",
    "=": "equals",
    "#": "hash",
    "%": "percent",
    "+": "plus",
    "~": "tilde",
}
_TLDS = (
    "com|org|net|edu|gov|mil|io|uk|fr|eu|ca|au|jp|cn|ai|app|dev|tv|info|biz|ly|ru|ch|nl|se|nz|za|br"
    "|kr|gg|fm|xyz|online|store|shop|blog|tech"
)
_EXTENSIONS = (
    "pdf|txt|docx?|xlsx?|pptx?|csv|tsv|json|jsonl|ya?ml|toml|xml|html?|css|jsx?|tsx?|py|ipynb|rb|rs|"
    "java|cpp|hpp|sh|bat|exe|dll|msi|dmg|iso|zip|tar|gz|rar|7z|jpe?g|png|gif|bmp|svg|tiff?|webp|"
    "mp3|mp4|wav|ogg|flac|avi|mov|mkv|md|rst|tex|log|ini|cfg|conf|sql|db|parquet|onnx|apk|bin"
)
ENDINGS = (  # ".pdf files"; none that may begin a sentence whose space went astray
    "com|org|net|edu|gov|io|ai|dev|uk|pdf|txt|docx?|xlsx?|pptx?|csv|json|ya?ml|xml|html?|css|js|ts|py|"
    "exe|dll|zip|jpe?g|png|gif|svg|mp[34]|wav|mov|md|env|git|gitignore|bashrc|zshrc|vimrc|htaccess"
)
_SPELLED = {
    "uk",
    "io",
    "ai",
    "eu",
    "us",
    "ca",
    "py",
    "ru",
    "au",
    "docx",
    "xlsx",
    "pptx",
    "ios",
    "yaml",
}
_PRONOUNCED = {"txt": "T X T", "jpeg": "JPEG", "jpg": "JPEG", "exe": "E X E", "ipynb": "I P Y N B"}
_SCHEME = re.compile(r"^(?:https?|ftp)://|^www\.|(?<=//)www\.")
_PIECE = re.compile(r"[^\W\d_]+|\d+|[^\w\s]|_")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|_")
_LABEL, _PATH = r"[\w-]{0,62}", r"(?:[:/?#][\w./?=&%#~:+-]{0,400}[\w/])?"


def read_addresses(text: str) -> str:
    """Addresses, paths, handles and hashtags as words, their signs by name."""
    return substitute(_RULES, text)


def _spoken(match: re.Match[str]) -> str:
    """ "https://a.com/b-2" is "a dot com slash b dash two"."""
    address = _SCHEME.sub("", _SCHEME.sub("", match.group())).rstrip("/")
    return " ".join(_piece(piece) for piece in _PIECE.findall(address))


def _piece(piece: str) -> str:
    if piece[0].isdecimal():
        return spell_number(piece) if len(piece) < 3 else spell_digits(piece)
    lowered = piece.lower()
    if lowered in _PRONOUNCED:
        return _PRONOUNCED[lowered]
    if lowered in _SPELLED:
        return piece.upper()
    return _SIGNS.get(piece, piece if piece.isalpha() else " ")


def _internet_number(match: re.Match[str]) -> str:
    pieces = _PIECE.findall(match.group())
    return " ".join(spell_digits(p) if p.isdecimal() else _SIGNS.get(p, p) for p in pieces)


def _dotted(match: re.Match[str]) -> str:
    """ "os.path" is spoken sign by sign, "the end.then" lacks a space."""
    return match.group() if match[1] in words("everyday_words.txt") else _spoken(match)


def _hashtag(match: re.Match[str]) -> str:
    if re.fullmatch(r"[A-Z]{1,3}\d{3,}", match[1]):  # of an order
        return match.group()
    return f"hashtag {_CAMEL.sub(' ', match[1])}"


_RULES = compiled(
    [
        (r"(?:https?|ftp|file)://[^\s<>\"]*[\w/]|\bwww\.[^\s<>\"]*[\w/]", _spoken),
        (
            r"(?<![\w.+&-])\w[\w.+&-]{0,63}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}(?:/[\w./-]{0,200}\w)?",
            _spoken,
        ),
        (r"\b[A-Za-z]:\\[\w\\.-]{0,200}[\w\\]", _spoken),
        (
            rf"(?<![\w./\\-])\w[\w-]{{0,63}}(?:\.[\w-]{{1,32}}){{0,4}}\.(?i:{_EXTENSIONS})(?!\w)",
            _spoken,
        ),
        (
            rf"(?<![\w.@-])[A-Za-z]{_LABEL}(?:\.{_LABEL}){{0,8}}\.(?:{_TLDS})(?![\w@-])(?!\.\w){_PATH}",
            _spoken,
        ),
        (
            r"(?<![\w.@-])[A-Za-z][\w-]{1,62}(?:\.[a-z]{2,4}){1,3}/[\w./-]{0,200}\w",
            _spoken,
        ),
        (r"(?<![\w./@-])[a-z]{3,}\.([a-z]{2,4})(?![\w/@-]|\.\w)", _dotted),
        (r"(?<![\w./<~])\.{1,2}/[\w./-]{0,200}\w", _spoken),
        (r"(?<![^\s\"'(])~/\.?\w[\w-]{0,63}(?:\.[\w-]{1,32}){0,3}(?![\w/-]|\.\w)", _spoken),
        (rf"(?<![^\s\"'(])\.(?i:{ENDINGS})(?!\w)(?![.@-]\w)", _spoken),
        (r"(?<![\w./<~])~?/(?:[A-Za-z_.][\w.-]{0,63}/){1,8}(?:[\w.-]{0,64}\w)?", _spoken),
        (
            rf"{START}(?:\d{{1,3}}(?:\.\d{{1,3}}){{3}}|localhost)(?::\d{{2,5}}|/\d{{1,2}})?{END}",
            _internet_number,
        ),
        (r"(?<![\w@])@(?=[A-Za-z_])[\w.]{0,40}\w", _spoken),
        (r"(?<![\w&#])#(?=[A-Za-z_])(?![A-Z]{1,6}-\d)(\w{2,80})", _hashtag),
    ]
)
