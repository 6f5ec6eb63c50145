"""The command line: `aecourse grade FOLDER --out REPORT` hands the words on to `aegrading`, where that is."""

import importlib.util
import runpy
import sys


def main(words=None):
    """Grade with `aegrading`; the students' copy, which lacks it, says so in a sentence. Returns the exit code."""
    if importlib.util.find_spec("aegrading") is None:
        print("This is the students' copy of the course; grading works in the repository only.", file=sys.stderr)
        return 2
    return runpy.run_module("aegrading.__main__")["main"](words)


if __name__ == "__main__":
    sys.exit(main())
