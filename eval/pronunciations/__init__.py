"""How frequent words are said, beside a pronouncing dictionary that was made by others."""
