"""What is taught and what is asked, from Markdown to values."""
