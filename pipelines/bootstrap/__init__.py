"""A corpus to train a first teacher on, spoken by small voices that packages carry."""
