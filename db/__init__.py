"""What is kept; the only SQL in the house."""
