"""Find: the zips of a class, and the folders without one."""

import os
from pathlib import Path

from ..text import clean


def find_handins(folder: Path | str) -> list[Path]:
    """Return the sorted Paths of all zips below a folder, links not followed; raises ValueError if there are none."""
    folder = Path(folder)
    if folder.is_file():
        raise ValueError(f"{folder} is a file: give the folder that holds the class's hand-ins, unpacked if it is one "
                         "zip for the whole class.")
    if not folder.is_dir():
        raise ValueError(f"There is no folder {folder}: give the folder that holds the class's hand-ins.")
    zips = zips_below(folder)
    if not zips:
        raise ValueError(f"There is no zip in {folder} or below: give the folder that holds the class's hand-ins.")
    return zips


def folders_without(folder: Path | str) -> list[Path]:
    """Return the sorted Paths of the folders right below `folder` that hold no zip: nothing was handed in there."""
    return sorted(path for path in Path(folder).iterdir()
                  if path.is_dir() and not path.is_symlink() and not path.name.startswith((".", "__MACOSX"))
                  and not zips_below(path))


def loose_files(folder: Path | str) -> list[str]:
    """Return the sorted names of the files right in `folder` that are no zips, hidden ones apart."""
    return sorted(clean(path.name) for path in Path(folder).iterdir()
                  if path.is_file() and not path.name.startswith(".") and not path.name.lower().endswith(".zip"))


def zips_below(folder):
    """Return the sorted Paths of all zips below a folder; raises ValueError for a folder that cannot be opened."""
    def stop(error):
        raise ValueError(f"The folder {error.filename} cannot be opened ({error.strerror}): a hand-in in it would be "
                         "lost.")
    zips = []
    for parent, folders, names in os.walk(folder, onerror=stop):
        folders[:] = [name for name in folders if name != "__MACOSX"]
        zips += [Path(parent, name) for name in names if name.lower().endswith(".zip") and not name.startswith("._")]
    return sorted(path for path in zips if path.is_file() and not path.is_symlink())


def location_of(path: Path, root: Path) -> dict[str, str]:
    """Return the fields `file` and `folder` of the zip at `path`: where it lies below the class's folder."""
    parts = [clean(part) for part in path.relative_to(root).parts]
    return {"file": "/".join(parts), "folder": parts[0] if len(parts) > 1 else ""}
