"""What a piece of work asks of a device, counted on one that is not there."""
