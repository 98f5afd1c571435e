"""Small, fast students, trained on a dataset alone."""
