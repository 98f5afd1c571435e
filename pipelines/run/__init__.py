"""What a run is made of before it starts, and what is counted and described at its end."""
