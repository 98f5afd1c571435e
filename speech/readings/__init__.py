"""Every acceptable reading of a written text, for scoring what was heard."""
