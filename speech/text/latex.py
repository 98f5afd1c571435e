"""LaTeX in text: commands go, what they enclose stays, signs become the characters they stand for.

Rules for `speech.text.markup`; replacements are strings, so that the page in the browser has them
too. A sign goes before what is asked of the left of it: a pattern that begins with one is found fast.
"""

_LAID_OUT = (  # commands whose argument is no text
    "cite[a-z]{0,10}|(?:eq|auto|page|c)?ref|label|[vh]space|includegraphics|begin|end|usepackage|"
    "documentclass|bibliography(?:style)?|input"
)
_AROUND = (  # whose argument is
    "text[a-z]{0,6}|emph|math(?:rm|bf|it|bb|cal|sf)|(?:sub){0,2}section|chapter|title|author|"
    "underline|operatorname|mbox"
)
_SAID = (  # by their names
    "alpha|beta|gamma|delta|epsilon|zeta|eta|theta|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|phi|chi|psi|"
    "omega|Gamma|Delta|Theta|Lambda|Sigma|Phi|Psi|Omega|log|ln|sin|cos|tan|exp|min|max|lim"
)
_SIGNS = {
    "times": "×",
    "cdot": "⋅",
    "div": "÷",
    "pm": "±",
    "leq?": "≤",
    "geq?": "≥",
    "neq?": "≠",
    "approx": "≈",
    "infty": "∞",
    "to|rightarrow": "→",
    "in": "∈",
    "sum": "∑",
    "int": "∫",
    "partial": "∂",
    "nabla": "∇",
    "[lc]?dots": "…",
}
_INSIDE = r"\{([^{}]{0,500})\}"
_COMMAND = r"\\(?<![A-Za-z]{2}\\)(?<![:\\]\\)"  # none of C:\in\Users\log
RULES = [
    # $x^2$ in maths, none of "from $5 to $6"
    (
        r"\$(?<![\w\\$]\$)\$?(?!\\?[{(])(?=[^$\n]{0,200}[\\^_=])([^$\s\d][^$\n]{0,200}?)(?<!\s)\$\$?(?![\w$])",
        r"\1",
    ),
    (r"\$(?<![\w\\$]\$)(\d{0,3}[A-Za-z]|\d[^$\n]{0,30}[\\^_][^$\n]{0,200}?)\$(?![\w$])", r"\1"),
    (r"~(?:(?<=[a-z]\.~)(?=[\dA-Z(])|(?=\\))", " "),
    (rf"\\(?:{_LAID_OUT})\*?(?:\[[^\[\]]{{0,100}}\])?{_INSIDE}", ""),
    (rf"\\(?:{_AROUND})\*?{_INSIDE}", r" \1 "),
    (r"\\[dt]?frac\{([^{}]{1,100})\}\{([^{}]{1,100})\}", r" \1 / \2 "),
    (rf"\\sqrt{_INSIDE}", r"√\1"),
    *((rf"{_COMMAND}(?:{name})(?![A-Za-z])", sign) for name, sign in _SIGNS.items()),
    (rf"{_COMMAND}({_SAID})(?![A-Za-z])", r" \1 "),
    (r"\^\{([^{}]{1,20})\}", r"^\1"),
    (r"_(?<=[A-Za-z∑∫]_)\{([^{}]{1,20})\}", r" \1"),
    (r"\\([%&$])", r"\1"),
]
