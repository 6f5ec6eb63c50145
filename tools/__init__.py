"""What makes the files of the course: `python -m tools.NAME`."""
