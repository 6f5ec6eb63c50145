"""The command line: `aecourse grade FOLDER --out REPORT` grades a class."""

import argparse
import sys


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and do what it says; returns the exit code."""
    options = make_parser().parse_args(arguments)
    from . import grade_class  # loads torch: not for --help

    try:
        page = grade_class.grade(options.folder, options.out, options.workers, options.isolation, options.rubric,
                         options.seconds)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped. What is graded is kept: run the same command again to go on.", file=sys.stderr)
        return 130
    print(f"The report is {page}, the table {page.with_name('grades.csv')}; "
          f"write your marks into {page.with_name('marks.csv')} and run the same command again.")
    return 0


def make_parser():
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(prog="aecourse", description="A course on autoencoders.")
    grade = parser.add_subparsers(dest="command", required=True).add_parser(
        "grade", help="grade a class", description="Grade the hand-ins of a class: zips made by submission.pack.")
    grade.add_argument("folder", help="the folder of the zips, loose or in a folder for each student")
    grade.add_argument("--out", required=True, help="the folder of the report")
    grade.add_argument("--workers", type=int, default=2, help="hand-ins graded side by side (default: 2)")
    grade.add_argument("--isolation", choices=("require", "none"), default="require",
                       help="require: notebooks run in bubblewrap or not at all (default); none: with limits only")
    grade.add_argument("--seconds", type=int, default=300, help="the time that one notebook may take (default: 300)")
    grade.add_argument("--rubric", help="a TOML file of points (default: the course's)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
