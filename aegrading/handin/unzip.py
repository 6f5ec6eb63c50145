"""Unzip: a hand-in's zip as {name: bytes}, read in memory and under caps; nothing is ever written to the disk."""

import stat
import unicodedata
import zipfile

from ..text import quoted

LARGEST_ZIP = 40_000_000     # bytes of the zip
LARGEST_CONTENT = 60_000_000  # bytes of all its files together, counted while they are decompressed
MOST_FILES = 12
MOST_RECORDS = 1000          # in the zip's directory, what macOS adds included
HIGHEST_RATIO, SMALL = 200, 1_000_000  # a file larger than SMALL bytes may be so many times what it is in the zip
LONGEST_NAME = 100           # characters
CHUNK = 1 << 16              # bytes decompressed at a time
RECORD = b"PK\x01\x02"       # begins each record of a zip's directory
ENCRYPTED = 0x1 | 0x40 | 0x2000  # flags: of the old kind, strong, and of the directory itself
UTF8 = 0x800                 # flag: the name is UTF-8


class BadHandin(Exception):
    """A zip that is not read, with the reason as `words`: {"en": sentence, "ja": sentence}."""

    def __init__(self, english, japanese):
        super().__init__(english)
        self.words = {"en": english, "ja": japanese}


def read_zip(path):
    """Return {name: bytes} of a hand-in's zip; one folder around all files, and what macOS adds, are left away.

    Sizes that the zip declares are not believed. Raises BadHandin, with a sentence that names the file in the zip, for
    all that `submission.pack` never makes; OSError where the zip itself cannot be opened.
    """
    with path.open("rb") as file:
        content = file.read(LARGEST_ZIP + 1)
        if len(content) > LARGEST_ZIP:
            raise BadHandin(f"The zip has more than {LARGEST_ZIP // 10**6} MB, so it was not opened.",
                            f"zipが{LARGEST_ZIP // 10**6} MBを超えているため、開いていません。")
        if content.count(RECORD) > MOST_RECORDS:
            raise too_many()
        try:
            with zipfile.ZipFile(file) as archive:
                entries = chosen(archive.infolist())
                for name, entry in entries.items():
                    check_entry(name, entry)
                return contents(archive, entries)
        except BadHandin:
            raise
        except Exception as error:  # zipfile raises a dozen kinds of exception for a damaged zip
            raise BadHandin(f"The file is not a whole zip ({quoted(error)}): ask for it again.",
                            f"正しいzipファイルではありません（{quoted(error)}）。再提出を求めてください。") from error


# ---- which entries count -------------------------------------------------------------------------


def chosen(records):
    """Return {plain name: ZipInfo} of the files in a zip; raises BadHandin for names or numbers that are odd."""
    named = [(name_of(record), record) for record in records]
    named = [(name, record) for name, record in named if not is_junk(name)]
    around = folder_around([name for name, _ in named])
    entries, seen = {}, set()
    for name, record in named:
        if around and name == around:
            continue
        name = name.removeprefix(around)
        check_name(name)
        folded = unicodedata.normalize("NFC", name).casefold()
        if folded in seen:
            raise BadHandin(f"The zip holds {quoted(name)} twice: one file of a name was expected.",
                            f"zipの中に{quoted(name)}が2つあります。同じ名前のファイルは1つだけのはずです。")
        seen.add(folded)
        entries[name] = record
    if len(entries) > MOST_FILES:
        raise too_many()
    return entries


def name_of(record):
    """Return the name of a zip's entry, also where it was packed in the bytes of a Mac or of a Japanese Windows."""
    name = record.orig_filename
    if record.flag_bits & UTF8:
        return name
    for encoding in ("utf-8", "cp932"):
        try:
            return name.encode("cp437").decode(encoding)
        except UnicodeError:
            continue
    return name


def is_junk(name):
    """Say whether an entry is what macOS adds to a zip."""
    parts = name.split("/")
    return parts[0] == "__MACOSX" or parts[-1] == ".DS_Store" or parts[-1].startswith("._")


def folder_around(names):
    """Return "folder/" where all names lie in one folder, as when a student has packed the files again; else ""."""
    folders = {name.split("/")[0] + "/" if "/" in name else "" for name in names}
    around = folders.pop() if len(folders) == 1 else ""
    return around if is_plain(around[:-1]) else ""


def is_plain(name):
    """Say whether a name is that of a file in the same folder, on every system, without hidden signs."""
    return (0 < len(name) <= LONGEST_NAME and not name.startswith(".") and not set(name) & set('/\\:')
            and not any(unicodedata.category(sign) in ("Cc", "Cf", "Cs") for sign in name))


def check_name(name):
    """Raise BadHandin unless a name is plain."""
    if not is_plain(name):
        raise BadHandin(f"The zip holds an entry named {quoted(name)}: plain file names without folders were expected.",
                        f"zipの中に{quoted(name)}という名前の項目があります。フォルダを含まないファイル名だけのはずです。")


def check_entry(name, entry):
    """Raise BadHandin unless an entry is an ordinary file, stored or deflated, without a password."""
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise BadHandin(f"{quoted(name)} in the zip is a link or another special file: ordinary files were expected.",
                        f"zipの中の{quoted(name)}はリンクなどの特殊なファイルです。通常のファイルだけのはずです。")
    if entry.flag_bits & ENCRYPTED:
        raise BadHandin(f"{quoted(name)} in the zip is locked with a password: ask for the zip without one.",
                        f"zipの中の{quoted(name)}にパスワードがかかっています。パスワードなしの再提出を求めてください。")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise BadHandin(f"{quoted(name)} in the zip is compressed in an unusual way: ask for an ordinary zip.",
                        f"zipの中の{quoted(name)}は特殊な方式で圧縮されています。普通のzipでの再提出を求めてください。")


def too_many():
    """Return the BadHandin of a zip with too many files."""
    return BadHandin(f"The zip holds more than {MOST_FILES} files, so it was not opened.",
                     f"zipの中のファイルが{MOST_FILES}個を超えているため、開いていません。")


# ---- what is in them -----------------------------------------------------------------------------


def contents(archive, entries):
    """Return {name: bytes} of a zip's entries; raises BadHandin as soon as they grow too large."""
    files, room = {}, LARGEST_CONTENT
    for name, entry in entries.items():
        files[name] = content_of(archive, name, entry, room)
        room -= len(files[name])
    return files


def content_of(archive, name, entry, room):
    """Return the bytes of an entry; raises BadHandin when it has more than `room` bytes, or was packed too small."""
    content = bytearray()
    with archive.open(entry) as file:
        while chunk := file.read(CHUNK):
            content += chunk
            if len(content) > room or len(content) > max(SMALL, HIGHEST_RATIO * entry.compress_size):
                raise BadHandin(f"{quoted(name)} in the zip grows far too large, so reading was stopped.",
                                f"zipの中の{quoted(name)}は展開すると大きすぎるため、読み込みを中止しました。")
    if len(content) != entry.file_size:
        raise zipfile.BadZipFile(f"{name} has another size than declared")
    return bytes(content)
