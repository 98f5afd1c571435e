"""What the rules of Chinese share: shapes of numbers."""

AMOUNT = r"\d[\d,]*(?:\.\d+)?"
DASH = r" ?(?:[-–—~～〜至]|--) ?"
END = r"(?![A-Za-z])"
"""no Latin word goes on"""
