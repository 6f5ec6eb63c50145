"""Lock the versions of all packages: `python -m tools.lock_packages` writes uv.lock and constraints.txt. Needs uv.

A version that is locked stays unless pyproject.toml no longer allows it; `--upgrade` takes the newest of all.
"""

import os
import re
import subprocess
import sys

from . import ROOT

FIRST_LINE = "# Made by `python -m tools.lock_packages` from uv.lock: the versions that class and grader agree on.\n"
INDEX = "https://pypi.org/simple"
HOSTS = {"https://pypi.org", "https://files.pythonhosted.org"}


def unexpected_hosts(text: str) -> set[str]:
    """Return the addresses in a lock file that lead anywhere but to PyPI, local paths of packages included."""
    hosts = set(re.findall(r"\w+://[^/\"\s]*", text)) - HOSTS
    return hosts | set(re.findall(r'(?:path|directory|find-links) = "[^"]*"', text))


def uv(*arguments: str) -> str:
    """Run uv on PyPI alone, whatever index this machine is set to, and return what it prints."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("UV_") or name == "UV_CACHE_DIR"}
    return subprocess.run(["uv", *arguments, "--no-config", "--default-index", INDEX], cwd=ROOT, env=plain, check=True,
                          stdout=subprocess.PIPE, text=True).stdout


def main(options: list[str]) -> None:
    """Write both files; raises ValueError where a package would come from anywhere but PyPI."""
    uv("lock", *options)
    if hosts := unexpected_hosts((ROOT / "uv.lock").read_text(encoding="utf-8")):
        raise ValueError(f"uv.lock names {', '.join(sorted(hosts))}: all packages must come from {INDEX}.")
    pins = uv("export", "--frozen", "--format", "requirements-txt", "--all-extras", "--no-emit-project", "--no-hashes",
              "--no-annotate", "--no-header")
    (ROOT / "constraints.txt").write_text(FIRST_LINE + pins, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
