"""Where things lie: the checkout, the files that ship, the downloads, the shared classroom folder."""

import os
from pathlib import Path

import platformdirs

PACKAGE = Path(__file__).resolve().parent


def repository():
    """Return the root of the checkout (`Path`), or None where the course is installed as a wheel."""
    root = PACKAGE.parent
    return root if (root / "course.py").is_file() and (root / "figures").is_dir() else None


def shipped(kind, name):
    """Return the path of a file that comes with the course.

    kind is "data" or "figures", name the file's name in that folder. Raises FileNotFoundError.
    """
    folder = (repository() or PACKAGE / "shipped") / kind
    path = folder / name
    if not path.is_file():
        there = ", ".join(sorted(p.name for p in folder.glob("*"))) or "nothing"
        raise FileNotFoundError(f"The course ships no file {kind}/{name}. It does ship: {there}.")
    return path


def data_folder():
    """Return the writable folder (`Path`, perhaps not yet made) that downloads go to."""
    root = repository()
    return root / "data" if root else Path(platformdirs.user_cache_dir("aecourse"))


def write_whole(path, content):
    """Write bytes to a file whole or not at all, leaving no part of it behind; missing folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def embedded_only():
    """Tell whether AECOURSE_DATA=embedded asks for the data inside the package alone, and no network."""
    return os.environ.get("AECOURSE_DATA", "").strip() == "embedded"


def classroom():
    """Return the shared classroom folder that AECOURSE_DATA names, or None where it names none.

    The course only ever reads there. Raises FileNotFoundError where the folder does not exist.
    """
    named = os.environ.get("AECOURSE_DATA", "").strip()
    if not named or embedded_only():
        return None
    folder = Path(named).expanduser()
    if not folder.is_dir():
        raise FileNotFoundError(
            f"AECOURSE_DATA says the classroom folder is {folder}, but there is no such folder. "
            "Correct the path, or unset AECOURSE_DATA to work without it.")
    return folder
