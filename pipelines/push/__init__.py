"""A finished dataset and a student to the Hugging Face hub."""
