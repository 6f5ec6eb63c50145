"""Unzip: the files that `submission.pack` writes, out of a hand-in's zip, in memory and under caps.

Nothing is written to the disk, so links, foreign paths and whatever else lies in the zip do no harm and are left alone.
"""

import contextlib
import io
import re
import stat
import zipfile
from pathlib import PurePosixPath

from aecourse.handin import EXERCISES, HANDIN, LESSON
from aecourse.words import Words

from ..text import quoted

STYLE, SHEET = "z.safetensors", "digits.png"
NAMES = (HANDIN, LESSON, EXERCISES, STYLE, SHEET)
PICTURE = re.compile(r"picture(\.[A-Za-z0-9]{1,8})?")
FORMERLY = "prepared.png"    # packed by earlier editions; not looked at
LARGEST_ZIP = 40_000_000     # bytes
LARGE, SMALL = 40_000_000, 5_000_000  # bytes of a notebook or picture, and of any other file
LARGEST_SUM = 60_000_000     # bytes of all files together
MOST_ENTRIES = 1000          # of the zip's directory
LONGEST_NAME = 1000          # characters of an entry's path that are read, its end
CHUNK = 1 << 16              # bytes decompressed at a time
RECORD = b"PK\x01\x02"       # begins each entry of a zip's directory
ENCRYPTED = 0x1 | 0x40 | 0x2000  # flags: of the old kind, strong, and of the directory itself
UTF8 = 0x800                 # flag: the name is UTF-8
JUNK_FOLDERS, JUNK_FILES = {"__macosx", ".ipynb_checkpoints"}, {".ds_store", "desktop.ini", "thumbs.db"}


class BadHandin(Exception):
    """A part of a hand-in that cannot be used, with the reason as `words`; values fill the gaps of the words."""

    def __init__(self, words: Words, **values):
        self.words = words.format(**values) if values else words
        super().__init__(self.words.en)


def read_zip(content: bytes) -> tuple[dict[str, bytes], list[str]]:
    """Return `({name: bytes}, unknown)` of a hand-in's zip: the files that pack writes, and the names of all others.

    The files may lie in a folder of the zip. The sizes that the zip declares are not believed. Raises BadHandin, with a
    sentence, for a zip that is damaged, locked, too large or no hand-in.
    """
    if len(content) > LARGEST_ZIP:
        raise BadHandin(Words("The zip has more than {most} MB, so it was not opened.",
                              "zipが{most} MBを超えているため、開いていません。"), most=LARGEST_ZIP // 10**6)
    if content.count(RECORD) > MOST_ENTRIES:
        raise BadHandin(Words("The zip holds more than {most} files, so it was not opened.",
                              "zipの中のファイルが{most}個を超えているため、開いていません。"), most=MOST_ENTRIES)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries, unknown = choose(archive.infolist())
            return read_entries(archive, entries), unknown
    except (BadHandin, MemoryError):
        raise
    except Exception as error:  # zipfile raises a dozen kinds of exception for a damaged zip
        raise BadHandin(Words("The file is not a whole zip ({reason}): ask for it again.",
                              "正しいzipファイルではありません（{reason}）。再提出を求めてください。"), reason=quoted(error)) from error


# ---- which entries count -------------------------------------------------------------------------


def choose(records):
    """Return `({name: ZipInfo}, unknown)`: the files that pack writes, in the upmost folder with a handin.json."""
    paths = [(path_of(record), record) for record in records if is_file(record)]
    paths = [(path, record) for path, record in paths if not is_junk(path)]
    folder = upmost_folder([path for path, _ in paths])
    entries, unknown = {}, []
    for path, record in paths:
        if path.parent != folder or not (path.name in NAMES or PICTURE.fullmatch(path.name)):
            unknown.append(str(path.relative_to(folder) if path.is_relative_to(folder) else path))
        elif path.name in entries:
            raise twice(path.name)
        else:
            entries[path.name] = record
    return entries, [name for name in unknown if name != FORMERLY]


def upmost_folder(paths):
    """Return the folder with a handin.json that lies nearest to the top; raises BadHandin unless it is one."""
    folders = sorted({path.parent for path in paths if path.name == HANDIN}, key=lambda folder: len(folder.parts))
    if not folders:
        zips = [path.name for path in paths if path.suffix.lower() == ".zip"]
        if zips:
            raise BadHandin(Words("The zip holds another zip, {name}: ask for that one.",
                                  "zipの中に別のzip（{name}）が入っています。中のzipだけの再提出を求めてください。"), name=quoted(zips[0]))
        raise BadHandin(Words("The zip holds no {name}: the last cell of lesson 05 did not make it.",
                              "zipの中に{name}がありません。第5回の最後のセルで作られたものではないようです。"), name=HANDIN)
    if len(folders) > 1 and len(folders[0].parts) == len(folders[1].parts):
        raise twice(HANDIN)
    return folders[0]


def twice(name):
    """Return the BadHandin of a zip with two files of one name."""
    return BadHandin(Words("The zip holds {name} twice: one file of a name was expected.",
                           "zipの中に{name}が2つあります。同じ名前のファイルは1つだけのはずです。"), name=quoted(name))


def is_file(record):
    """Say whether an entry is an ordinary file: no folder, link or special file."""
    is_folder = record.orig_filename.endswith(("/", "\\"))
    return not is_folder and stat.S_IFMT(record.external_attr >> 16) in (0, stat.S_IFREG)


def path_of(record):
    """Return the path of an entry, also one packed with backslashes, or in the bytes of a Mac or a Japanese Windows."""
    name = record.orig_filename[-LONGEST_NAME:]
    for encoding in () if record.flag_bits & UTF8 else ("utf-8", "cp932"):
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode(encoding)
            break
    return PurePosixPath(name.replace("\\", "/"))


def is_junk(path):
    """Say whether a path is what macOS, Windows or Jupyter leave behind."""
    name = path.name.lower()
    return bool(JUNK_FOLDERS & {part.lower() for part in path.parts}) or name in JUNK_FILES or name.startswith("._")


# ---- what is in them -----------------------------------------------------------------------------


def read_entries(archive, entries):
    """Return {name: bytes} of a zip's entries {name: ZipInfo}; raises BadHandin as soon as they grow too large."""
    files, room = {}, LARGEST_SUM
    for name, entry in entries.items():
        if entry.flag_bits & ENCRYPTED:
            raise BadHandin(Words("{name} in the zip is locked with a password: ask for the zip without one.",
                                  "zipの中の{name}にパスワードがかかっています。パスワードなしの再提出を求めてください。"), name=quoted(name))
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise BadHandin(Words("{name} in the zip is compressed in an unusual way: ask for an ordinary zip.",
                                  "zipの中の{name}は特殊な方式で圧縮されています。普通のzipでの再提出を求めてください。"), name=quoted(name))
        largest = SMALL if name in (HANDIN, STYLE, SHEET) else LARGE
        files[name] = read_entry(archive, name, entry, min(room, largest))
        room -= len(files[name])
    return files


def read_entry(archive, name, entry, most):
    """Return the bytes of an entry; raises BadHandin when there are more than `most`."""
    content = bytearray()
    with archive.open(entry) as file:
        while chunk := file.read(CHUNK):
            content += chunk
            if len(content) > most:
                raise BadHandin(Words("{name} in the zip grows far too large, so reading was stopped.",
                                      "zipの中の{name}は展開すると大きすぎるため、読み込みを中止しました。"), name=quoted(name))
    if len(content) != entry.file_size:
        raise zipfile.BadZipFile(f"{name} has another size than declared")
    return bytes(content)
