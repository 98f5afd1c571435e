"""The two Beam jobs: plan, and speak."""
