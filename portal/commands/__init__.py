"""What `python -m portal COMMAND` does; each file is imported when its command is asked for."""
