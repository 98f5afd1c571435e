"""What `make bench-serve` is made of; needs no torch."""
