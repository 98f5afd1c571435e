"""One unit: packed, spoken, judged, tried again, with what a worker holds for it."""
