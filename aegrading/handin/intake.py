"""Intake: find the hand-ins of a class, and read each into a `Handin`; nothing that a student wrote is believed."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field, replace
from pathlib import Path

from aecourse.handin import EXERCISES, HANDIN, LESSON, LONGEST_ID, sha256_of, sources_of

from ..text import clean, quoted
from . import handin_json, unzip
from .find import place_of


def notebooks_of(handin):
    """Return {name in the zip: bytes} of the notebooks that were handed in."""
    both = {LESSON: handin.notebook, EXERCISES: handin.exercises}
    return {name: content for name, content in both.items() if content is not None}

LARGEST_NOTEBOOK = 20_000_000  # bytes: JSON takes thirty times its size in memory
PICTURE = re.compile(r"picture(\.[A-Za-z0-9]{1,8})?")
MADE = {"prepared.png": "prepared", "z.safetensors": "z", "digits.png": "digits"}  # name in the zip: of Handin's field


@dataclass(frozen=True)
class Handin:
    """One hand-in: what handin.json says, where it is sound, and the other files' bytes, None where they are missing.

    key: SHA-256 of the zip. file, folder: path and first folder below the class's folder, with /. student_id: from
    handin.json, else from the zip's name. packed: ISO time as claimed. picture_name: what the notebook calls the
    picture. prepared, z, digits: as handed in. problems: what is missing or broken; warnings: what is odd, not wrong;
    both Words. readable: False for a zip that cannot be read or holds no handin.json; then nothing else is set.
    """

    key: str
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
    notebook: bytes | None = None
    exercises: bytes | None = None
    picture: bytes | None = None
    picture_suffix: str = ""
    picture_name: str = handin_json.PICTURE_NAME
    prepared: bytes | None = None
    z: bytes | None = None
    digits: bytes | None = None
    problems: tuple[dict[str, str], ...] = ()
    warnings: tuple[dict[str, str], ...] = ()
    readable: bool = True


# ---- reading -------------------------------------------------------------------------------------


def read_handin(path, root):
    """Return the `Handin` of the zip at `path` below the folder `root`; never raises for what the zip contains."""
    handin = unread(path, root)
    try:
        with path.open("rb") as file:
            handin = replace(handin, key=hashlib.file_digest(file, "sha256").hexdigest())
        files = unzip.read_zip(path)
    except OSError as error:
        return unreadable(handin, f"The file cannot be opened ({quoted(error.strerror)}).",
                          f"ファイルを開けません（{quoted(error.strerror)}）。")
    except unzip.BadHandin as error:
        return unreadable(handin, *error.words.values())
    if HANDIN not in files:
        return unreadable(handin, f"The zip holds no {HANDIN}: the last cell of lesson 05 did not make it.",
                          f"zipの中に{HANDIN}がありません。第5回の最後のセルで作られたものではないようです。")
    return filled(handin, files)


def unread(path, root):
    """Return the `Handin` of a zip that is not opened: what its name and place say, its key that of the name."""
    return Handin(key=sha256_of(path.name.encode("utf-8", "surrogatepass")), student_id=id_of_name(path),
                  **place_of(path, root))


def id_of_name(path):
    """Return a student id made of a zip's name, 1 to 64 characters."""
    name = unicodedata.normalize("NFKC", clean(path.name))[:-len(".zip")]
    return (name.removeprefix("handin_").strip() or name or "?")[:LONGEST_ID]


def unreadable(handin, english, japanese):
    """Return a hand-in of which nothing could be read, for a reason."""
    return replace(handin, readable=False, problems=({"en": english, "ja": japanese},))


def filled(handin, files):
    """Return a hand-in with all that its files {name: bytes} say."""
    problems, warnings = [], []
    picture = picture_of(files, problems)
    suffix = Path(picture).suffix if picture else ""
    fields = handin_json.read(files[HANDIN], suffix, problems, warnings)
    listed = fields.pop("sha256")
    for name in MADE:
        if name not in files:
            problems.append(missing(name))
    if listed is not None:
        warnings += differing(files, listed)
    warnings += strangers(files)
    return replace(
        handin, **fields, notebook=notebook_of(files, LESSON, True, problems),
        exercises=notebook_of(files, EXERCISES, False, problems), picture=files.get(picture),
        picture_suffix=suffix, **{place: files.get(name) for name, place in MADE.items()},
        problems=tuple(problems), warnings=tuple(warnings))


def missing(name):
    """Return the Words for a file that should be in the zip."""
    return {"en": f"The zip holds no {name}.", "ja": f"zipの中に{name}がありません。"}


def picture_of(files, problems):
    """Return the name of the picture among the files, or None and say why."""
    names = sorted(filter(PICTURE.fullmatch, files))
    if len(names) == 1:
        return names[0]
    problems.append({"en": f"The zip holds {len(names)} pictures ({', '.join(names)}): one was expected.",
                     "ja": f"zipの中に画像が{len(names)}枚あります（{', '.join(names)}）。1枚だけのはずです。"} if names else
                    {"en": "The zip holds no picture.png, .jpg or the like.",
                     "ja": "zipの中に画像（picture.png、picture.jpgなど）がありません。"})
    return None


def notebook_of(files, name, needed, problems):
    """Return the bytes of a notebook among the files, or None; says what is missing or broken."""
    content = files.get(name)
    if content is None:
        if needed:
            problems.append(missing(name))
        return None
    if len(content) > LARGEST_NOTEBOOK:
        size = LARGEST_NOTEBOOK // 10**6
        problems.append({"en": f"{name} has more than {size} MB, so it was not opened.",
                         "ja": f"{name}が{size} MBを超えているため、開いていません。"})
        return None
    try:
        sources_of(content)
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        problems.append({"en": f"{name} is not a whole notebook.",
                         "ja": f"{name}は正しいノートブックのファイルではありません。"})
        return None
    return content


def differing(files, listed):
    """Return the warnings for files whose SHA-256 is not the one that handin.json lists."""
    found = {name: sha256_of(content) for name, content in files.items() if name != HANDIN}
    odd = sorted(name for name in {*found, *listed} if found.get(name) != listed.get(name))
    names = ", ".join(quoted(name) for name in odd[:3]) + ", …" * (len(odd) > 3)
    return [{"en": f"Changed after packing: {names}.",
             "ja": f"作成後に変更されています：{names}。"}] if odd else []


def strangers(files):
    """Return the warnings for files that `submission.pack` does not pack; they are not looked at."""
    known = {HANDIN, LESSON, EXERCISES, *MADE}
    odd = sorted(name for name in files if name not in known and not PICTURE.fullmatch(name))
    names = ", ".join(quoted(name) for name in odd[:3]) + ", …" * (len(odd) > 3)
    return [{"en": f"The zip also holds {names}, which was not looked at.",
             "ja": f"zipには{names}も入っていますが、見ていません。"}] if odd else []
