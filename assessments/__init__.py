"""What is measured: scoring, skill estimates, growth and fair comparison."""
