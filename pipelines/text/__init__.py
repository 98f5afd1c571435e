"""From corpus lines to planned rows: text alone, no audio."""
