"""Pack what students get, build/aecourse-<version>.zip: the course without solutions, tests and grading."""

import sys
import zipfile
from pathlib import Path

import nbformat

from aecourse import __version__

from . import ROOT, read_pyproject
from .lesson_editions import digest, lesson_sources

SINGLE_FILES = ("README.md", "README.ja.md", "LICENSE", "course.py", "pyproject.toml", "requirements.txt",
                "constraints.txt", *(f"tools/{name}" for name in (
                    "__init__.py", "course_pages.py", "index.html.j2", "lesson_page.html.j2", "live_pages.py",
                    "outputs.py", "pages.py", "run_lessons.py")))
EARLIEST = (1980, 1, 1, 0, 0, 0)  # the oldest date that a zip can hold: no file carries the time of packing


def shipped_files() -> list[Path]:
    """Return the files and folders that go into the wheel and the zip alike, as pyproject.toml lists them."""
    listed = read_pyproject()["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    return [ROOT / name for name in listed]


def release_files() -> list[Path]:
    """Return every file of the release, sorted; raises FileNotFoundError for one that is missing."""
    files = [ROOT / name for name in SINGLE_FILES]
    for path in [ROOT / "aecourse", *shipped_files()]:
        files += path.rglob("*") if path.is_dir() else [path]
    for source in lesson_sources():
        files += [ROOT / "notebooks" / f"{source.stem}.ipynb", ROOT / "notebooks" / "ja" / f"{source.stem}.ipynb"]
    files += [ROOT / "notebooks" / "glossary.md", ROOT / "notebooks" / "ja" / "glossary.md"]
    for path in files:
        if not path.exists():
            raise FileNotFoundError(f"{path.relative_to(ROOT)} belongs into the release but is not there.")
    return sorted(path for path in files if path.is_file() and "__pycache__" not in path.parts)


def stale_lessons() -> list[str]:
    """Return the names of lessons whose built notebook was not made from the source as it is now."""
    built = {source: ROOT / "notebooks" / f"{source.stem}.ipynb" for source in lesson_sources()}
    return [source.stem for source, path in built.items() if path.is_file()
            and nbformat.read(path, as_version=4).metadata.aecourse.sha256 != digest(source)]


def pack(target: Path) -> None:
    """Write the release to `target`, a zip with one folder inside, the same bytes for the same files."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as release:
        for path in release_files():
            entry = zipfile.ZipInfo(f"{target.stem}/{path.relative_to(ROOT).as_posix()}", EARLIEST)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            release.writestr(entry, path.read_bytes())


def main() -> None:
    """Pack the release and print where it is."""
    if stale_lessons():
        sys.exit(f"Built from an old source: {', '.join(stale_lessons())}. Run `course.py build` first.")
    target = ROOT / "build" / f"aecourse-{__version__}.zip"
    target.parent.mkdir(exist_ok=True)
    try:
        pack(target)
    except FileNotFoundError as missing:
        target.unlink(missing_ok=True)
        sys.exit(f"{missing} Put it there (notebooks come from `python course.py build`), then pack again.")
    print(f"{target} ({target.stat().st_size / 1e6:.1f} MB)")


if __name__ == "__main__":
    main()
