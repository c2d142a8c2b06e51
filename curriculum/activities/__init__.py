"""The arithmetic of the guided activities; pure and seeded."""
