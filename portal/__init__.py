"""What people see, and the use cases behind it."""
