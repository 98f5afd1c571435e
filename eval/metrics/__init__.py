"""What is measured of a clip, and how sure it is."""
