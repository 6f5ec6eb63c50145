"""Find: the zips of a class, and the folders without one."""

import os
from pathlib import Path

from ..text import clean

# ---- finding -------------------------------------------------------------------------------------


def find_handins(folder):
    """Return the sorted Paths of all zips below a folder, links not followed; raises ValueError if there are none."""
    folder = Path(folder)
    if not folder.is_dir():
        raise ValueError(f"There is no folder {folder}: give the folder that holds the class's hand-ins.")
    found = zips_below(folder)
    if not found:
        raise ValueError(f"There is no zip in {folder} or below: give the folder that holds the class's hand-ins.")
    return found


def folders_without(folder):
    """Return the sorted Paths of the folders right below `folder` that hold no zip: nothing was handed in there."""
    return sorted(path for path in Path(folder).iterdir()
                  if path.is_dir() and not path.is_symlink() and not path.name.startswith((".", "__MACOSX"))
                  and not zips_below(path))


def zips_below(folder):
    """Return the sorted Paths of all zips below a folder; raises ValueError for a folder that cannot be opened."""
    def stop(error):
        raise ValueError(f"The folder {error.filename} cannot be opened ({error.strerror}): a hand-in in it would be "
                         "lost.")
    found = []
    for place, folders, names in os.walk(folder, onerror=stop):
        folders[:] = [name for name in folders if name != "__MACOSX"]
        found += [Path(place, name) for name in names if name.lower().endswith(".zip") and not name.startswith("._")]
    return sorted(path for path in found if path.is_file() and not path.is_symlink())


def place_of(path, root):
    """Return the fields `file` and `folder` of the zip at `path`: where it lies below the class's folder."""
    parts = [clean(part) for part in path.relative_to(root).parts]
    return {"file": "/".join(parts), "folder": parts[0] if len(parts) > 1 else ""}
