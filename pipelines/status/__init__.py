"""How far a run is: for one that is at work, that died, or that is on other machines."""
