"""The students: still to come (see README, "Not proved yet")."""
