"""What the evaluation report is made of."""
