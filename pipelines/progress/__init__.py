"""What a run shows of itself while it works, and the folders beside its output."""
