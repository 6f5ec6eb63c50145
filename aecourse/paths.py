"""Paths: the checkout, the files that ship, the downloads, the shared classroom folder; writing a file whole."""

import os
from pathlib import Path

import platformdirs

from .words import Words

PACKAGE = Path(__file__).resolve().parent


def repository() -> Path | None:
    """Return the root of the checkout, or None where the course is installed as a wheel."""
    root = PACKAGE.parent
    return root if (root / "course.py").is_file() and (root / "figures").is_dir() else None


def shipped(kind: str, name: str) -> Path:
    """Return the path of a file that comes with the course.

    kind is "data" or "figures", name the file's name in that folder. Raises FileNotFoundError, with the files that
    there are, for another name.

    >>> shipped("data", "weather_sample.csv").name
    'weather_sample.csv'
    """
    folder = (repository() or PACKAGE / "shipped") / kind
    path = folder / name
    if not path.is_file():
        existing = ", ".join(sorted(file.name for file in folder.glob("*"))) or Words("nothing", "なし")
        raise FileNotFoundError(Words(
            "The course ships no file {kind}/{name}. It does ship: {existing}.",
            "この教材に{kind}/{name}というファイルは含まれていません。含まれているファイル：{existing}。",
        ).format(kind=kind, name=name, existing=existing))
    return path


def data_folder() -> Path:
    """Return the writable folder (perhaps not yet made) that downloads go to."""
    root = repository()
    return root / "data" if root else Path(platformdirs.user_cache_dir("aecourse"))


def write_whole(path: Path, content: bytes):
    """Write bytes to a file whole or not at all, leaving no part of it behind; missing folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def embedded_only() -> bool:
    """Tell whether AECOURSE_DATA=embedded asks for the data inside the package alone, and no network."""
    return os.environ.get("AECOURSE_DATA", "").strip() == "embedded"


def classroom() -> Path | None:
    """Return the shared classroom folder that AECOURSE_DATA names, or None where it names none.

    The course only ever reads there. Raises FileNotFoundError where the folder does not exist.
    """
    name = os.environ.get("AECOURSE_DATA", "").strip()
    if not name or embedded_only():
        return None
    folder = Path(name).expanduser()
    if not folder.is_dir():
        raise FileNotFoundError(Words(
            "AECOURSE_DATA says the classroom folder is {folder}, but there is no such folder. "
            "Correct the path, or unset AECOURSE_DATA to work without it.",
            "AECOURSE_DATAに教室の共有フォルダとして{folder}が指定されていますが、そのフォルダがありません。"
            "パスを直すか、使わないならAECOURSE_DATAの設定を消してください。").format(folder=folder))
    return folder
