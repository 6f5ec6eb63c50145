"""Put the measured tables into both READMEs: `python -m tools.fill_readme`, after the benchmarks have run.

Between `<!-- measured: NAME -->` and `<!-- /measured -->` goes the table of benchmarks/NAME.
"""

import re

from . import ROOT

READMES = ("README.md", "README.ja.md")
BLOCK = re.compile(r"(<!-- measured: (\S+) -->\n).*?(<!-- /measured -->)", re.DOTALL)


def measured_table(name: str) -> str:
    """Return the Markdown table in benchmarks/NAME, or a line that says that it was not measured."""
    path = ROOT / "benchmarks" / name
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    rows = [line for line in text.splitlines() if line.startswith("|")]
    return "\n".join(rows or ["(not measured yet)"]) + "\n"


def filled(text: str) -> str:
    """Return a README's text with its measured blocks made anew."""
    return BLOCK.sub(lambda block: block[1] + measured_table(block[2]) + block[3], text)


if __name__ == "__main__":
    for readme in READMES:
        path = ROOT / readme
        path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
