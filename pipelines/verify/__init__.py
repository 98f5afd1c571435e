"""Is a finished dataset what its run wrote, and what mends it if not."""
