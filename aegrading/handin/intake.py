"""Intake: read a zip of the class into a `Handin`; nothing that a student wrote is believed."""

import os
import unicodedata
from dataclasses import dataclass, field, replace
from pathlib import Path

from aecourse.handin import EXERCISES, HANDIN, LESSON, LONGEST_ID, sha256_of
from aecourse.words import Words

from ..text import clean, quoted
from . import handin_json, notebook, unzip
from .find import location_of


@dataclass(frozen=True)
class Handin:
    """One hand-in: what handin.json says, where it is valid, and the other files, None where they are missing.

    file, folder: path and first folder below the class's folder, with /. student_id: from
    handin.json, else from the zip's name. packed: ISO time as claimed. notebooks: {name in the zip: `Notebook`}.
    picture_name: what the notebook calls the picture. z, digits: the bytes of z.safetensors and digits.png. problems:
    what is missing or broken; warnings: what is suspicious, not wrong. readable: False for a zip that cannot be read or
    holds no handin.json; then nothing else is set.
    """

    file: str
    folder: str
    student_id: str
    label: int | None = None
    language: str = "en"
    refine: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    packed: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    reference_sha256: str = ""
    notebooks: dict[str, notebook.Notebook] = field(default_factory=dict)
    picture: bytes | None = None
    picture_suffix: str = ""
    picture_name: str = handin_json.PICTURE_NAME
    z: bytes | None = None
    digits: bytes | None = None
    problems: tuple[Words, ...] = ()
    warnings: tuple[Words, ...] = ()
    readable: bool = True


# ---- reading -------------------------------------------------------------------------------------


def read_handin(path: Path, root: Path) -> Handin:
    """Return the `Handin` of the zip at `path` below the folder `root`; never raises for what the zip contains."""
    handin = unread(path, root)
    try:
        return with_files(handin, *unzip.read_zip(read_start(path)))
    except OSError as error:
        words = Words("The file cannot be opened ({reason}).", "ファイルを開けません（{reason}）。")
        return replace(handin, readable=False, problems=(words.format(reason=quoted(error.strerror)),))
    except unzip.BadHandin as error:
        return replace(handin, readable=False, problems=(error.words,))


def read_start(path):
    """Return the bytes of a zip, of one that is too large to be opened only the first; raises OSError."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size  # so that no more memory is taken than the file needs
        return file.read(min(size, unzip.LARGEST_ZIP) + 1)


def key_of(path: Path) -> str:
    """Return the SHA-256 of a zip's bytes; of its name, where it cannot be opened."""
    try:
        return sha256_of(read_start(path))
    except OSError:
        return sha256_of(path.name.encode("utf-8", "surrogatepass"))


def unread(path: Path, root: Path) -> Handin:
    """Return the `Handin` of a zip that is not opened: what its name and folder say."""
    student_id, location = id_of_name(path), location_of(path, root)
    return Handin(location["file"], location["folder"], student_id)


def id_of_name(path):
    """Return a student id made of a zip's name, 1 to 64 characters."""
    name = unicodedata.normalize("NFKC", clean(path.name))[:-len(".zip")]
    return (name.removeprefix("handin_").strip() or name or "?")[:LONGEST_ID]


# ---- what the files say --------------------------------------------------------------------------


def with_files(handin, files, unknown):
    """Return a hand-in with all that its files {name: bytes} say; unknown: names of files that are not looked at."""
    problems, warnings = [], []
    picture = choose_picture(files, problems)
    suffix = Path(picture).suffix if picture else ""
    fields = handin_json.read(files[HANDIN], suffix, problems, warnings)
    listed = fields.pop("sha256")
    problems += [missing(name) for name in (unzip.STYLE, unzip.SHEET) if name not in files]
    if listed is not None:
        warnings += changed_files(files, listed)
    warnings += unknown_files(unknown)
    notebooks = read_notebooks(files, problems)
    return replace(
        handin, **fields, notebooks=notebooks, picture=files.get(picture), picture_suffix=suffix,
        z=files.get(unzip.STYLE), digits=files.get(unzip.SHEET), problems=tuple(problems), warnings=tuple(warnings))


def missing(name):
    """Return the Words for a file that should be in the zip."""
    return Words(f"The zip holds no {name}.", f"zipの中に{name}がありません。")


def choose_picture(files, problems):
    """Return the name of the picture among the files, or None and say why."""
    names = sorted(filter(unzip.PICTURE.fullmatch, files))
    if len(names) == 1:
        return names[0]
    problems.append(Words(f"The zip holds {len(names)} pictures ({', '.join(names)}): one was expected.",
                          f"zipの中に画像が{len(names)}枚あります（{', '.join(names)}）。1枚だけのはずです。") if names else
                    Words("The zip holds no picture.png, .jpg or the like.",
                          "zipの中に画像（picture.png、picture.jpgなど）がありません。"))
    return None


def read_notebooks(files, problems):
    """Return {name: `Notebook`} of the notebooks among the files; says which are missing or broken."""
    notebooks = {}
    if LESSON not in files:
        problems.append(missing(LESSON))
    for name in (LESSON, EXERCISES):
        if name in files:
            try:
                notebooks[name] = notebook.parse(name, files[name])
            except unzip.BadHandin as error:
                problems.append(error.words)
    return notebooks


def changed_files(files, listed):
    """Return the warnings for files whose SHA-256 is not the one that handin.json lists."""
    expected = {name: digest for name, digest in listed.items()
                if name in unzip.NAMES or unzip.PICTURE.fullmatch(name)}
    present = {name: sha256_of(content) for name, content in files.items() if name != HANDIN}
    changed = sorted(name for name in {*present, *expected} if present.get(name) != expected.get(name))
    return [Words("Changed after packing: {names}.", "作成後に変更されています：{names}。")
            .format(names=names_of(changed))] if changed else []


def unknown_files(names):
    """Return the warning for files that `submission.pack` does not pack."""
    return [Words("The zip also holds {names}, which was not looked at.", "zipには{names}も入っていますが、見ていません。")
            .format(names=names_of(names))] if names else []


def names_of(names):
    """Return the first three names of files in quotes, as a part of a sentence."""
    return ", ".join(map(quoted, names[:3])) + ", …" * (len(names) > 3)
