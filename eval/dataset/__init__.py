"""What a dataset is worth."""
