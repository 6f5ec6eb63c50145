"""Pack what students get, build/aecourse-<version>.zip: the course without solutions, tests and grading."""

import sys
import zipfile

from .lesson_editions import ROOT, digest, project, sources

PLAIN_FILES = ("README.md", "README.ja.md", "LICENSE", "course.py", "pyproject.toml", "requirements.txt",
               "tools/__init__.py", "tools/pages.py", "tools/run_lessons.py")
LEFT_OUT = ("__pycache__",)
EARLIEST = (1980, 1, 1, 0, 0, 0)  # the oldest date that a zip can hold: no file carries the time of packing


def shipped_files():
    """The files and folders that go into the wheel and the zip alike, as pyproject.toml lists them."""
    listed = project()["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    return [ROOT / name for name in listed]


def release_files():
    """Every file of the release, sorted; raises FileNotFoundError for one that is missing."""
    files = [ROOT / name for name in PLAIN_FILES]
    for place in [ROOT / "aecourse", *shipped_files()]:
        files += [p for p in place.rglob("*") if p.is_file()] if place.is_dir() else [place]
    for source in sources():
        name = f"{source.stem}.ipynb"
        files += [ROOT / "notebooks" / name, ROOT / "notebooks" / "ja" / name]
    files = [p for p in files if not set(LEFT_OUT) & set(p.relative_to(ROOT).parts)]
    for path in files:
        if not path.is_file():
            raise FileNotFoundError(f"{path.relative_to(ROOT)} belongs into the release but is not there.")
    return sorted(files)


def stale_lessons():
    """Names of lessons whose built notebook was not made from the source as it is now."""
    import nbformat

    built = {source: ROOT / "notebooks" / f"{source.stem}.ipynb" for source in sources()}
    return [source.stem for source, path in built.items() if path.is_file()
            and nbformat.read(path, as_version=4).metadata.aecourse.sha256 != digest(source)]


def pack(target):
    """Write the release to `target`, a zip with one folder inside, the same bytes for the same files."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as release:
        for path in release_files():
            entry = zipfile.ZipInfo(f"{target.stem}/{path.relative_to(ROOT).as_posix()}", EARLIEST)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            release.writestr(entry, path.read_bytes())


def main():
    """Pack the release and say where it is."""
    from aecourse import __version__

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
