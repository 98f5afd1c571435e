"""When each phoneme of a clip is said."""
