"""The kinds of student and what they are built of."""
