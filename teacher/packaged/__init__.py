"""Small voices that Python packages carry, as teachers: what a first teacher learns from."""
