"""The sandbox: a student's notebook run apart from the machine, with limits."""
