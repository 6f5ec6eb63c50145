"""Bubblewrap: what isolates a notebook from the machine, its command line, and the variables inside.

Inside there is no network, no file but Python's, the course's and the hand-in's own, all read-only, and nowhere
to write but three small file systems in memory. The user there has no rights, whoever the teacher is.
"""

import functools
import os
import shutil
import site
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil

from aecourse import paths
from aecourse.words import Words

from .limits import Limits
from .seccomp import filter_program

WORK, INPUT, SCRATCH = "/student", "/input", "/tmp"  # inside: the notebook's folder, what it is made of, other files
SCRATCH_SIZE = 64_000_000  # bytes of /tmp, and of /dev/shm
FIRST_USER, USERS = 61_000, 180  # for a teacher who is root: user numbers that Linux gives to nobody
LINUX_ONLY = Words("Bubblewrap exists for Linux only.", "bubblewrap は Linux でしか使えません。")
TRIAL = "import aecourse, ipykernel.kernelapp, jupyter_client"  # what has to work inside
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts",
          "/etc/localtime", "/var/cache/fontconfig", "/sys/devices/system/cpu")  # the last: torch asks what the CPU can
SHIPPED = ("reference_*", "sample_*", "weather_sample*")  # of data/, where downloads may lie beside


@functools.cache
def why_unavailable() -> Words | None:
    """Return None when bubblewrap works here, tried with the environment's Python, else the reason as Words."""
    if not sys.platform.startswith("linux"):
        return LINUX_ONLY
    if not (shutil.which("bwrap") and (os.geteuid() or shutil.which("setpriv"))):
        return Words("Bubblewrap (the program bwrap) is not installed.",
                     "bubblewrap（プログラム bwrap）がインストールされていません。")
    if not filter_program():
        return Words(f"The filter of system calls does not know this kind of machine ({os.uname().machine}).",
                     f"システムコールのフィルターが、この種類の機械（{os.uname().machine}）に対応していません。")
    with tempfile.TemporaryDirectory() as folder:
        try:
            trial = start(Path(folder), ["-c", TRIAL], Limits(), stderr=subprocess.PIPE)
            _, error = trial.communicate(timeout=60)
        except (OSError, subprocess.TimeoutExpired) as failure:
            return no_start(str(failure))
    return None if trial.returncode == 0 else no_start(error.decode(errors="replace").strip()[-200:])


def no_start(reason):
    """Return the Words for a bubblewrap that is there but does not start."""
    return Words(f"Bubblewrap does not start here: {reason}",
                 f"bubblewrap をここでは起動できません：{reason}")


# ---- the command line ----------------------------------------------------------------------------


def start(folder: Path, arguments: list[str], limits: Limits, keep_open: tuple[int, ...] = (),
          **options) -> subprocess.Popen:
    """Start Python in bubblewrap on these arguments, and return the Popen.

    folder: its folder `input` is seen inside as INPUT. keep_open: file descriptors for the program inside. options go
    to Popen.
    """
    write_system_files(folder)
    rules = folder / "filter"
    rules.write_bytes(filter_program())
    with rules.open("rb") as file:
        command = [*command_line(folder, limits, file.fileno()), sys.executable, "-B", *arguments]
        return subprocess.Popen(command, pass_fds=(*keep_open, file.fileno()), **options)


def write_system_files(folder):
    """Write the files that tell the system inside who its user is, and that its network is its own."""
    (folder / "input").mkdir(exist_ok=True)
    (folder / "input").chmod(0o755)
    (folder / "passwd").write_text(f"student:x:{user()}:{user()}::{WORK}:/bin/sh\n")
    (folder / "hosts").write_text("127.0.0.1 localhost\n::1 localhost\n")


def user():
    """Return the number of the user inside: the teacher's own, or a spare one where the teacher is root."""
    return os.geteuid() or FIRST_USER + os.getpid() % USERS


def threads_of_user():
    """Return how many threads the user of the program inside has on this machine now."""
    return sum(each.info["num_threads"] or 0 for each in psutil.process_iter(["uids", "num_threads"])
               if each.info["uids"] and each.info["uids"].real == user())


def command_line(folder, limits, filter_file):
    """Return the command line up to the program that is to run; filter_file: the filter's file descriptor."""
    command = ["bwrap", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try",
               "--die-with-parent", "--new-session", "--as-pid-1", "--hostname", "sandbox", "--cap-drop", "ALL",
               "--seccomp", str(filter_file), "--clearenv", "--proc", "/proc", "--dev", "/dev"]
    for path, size in ((SCRATCH, SCRATCH_SIZE), ("/dev/shm", SCRATCH_SIZE), (WORK, limits.disk)):
        command += ["--perms", "1777", "--size", str(size), "--tmpfs", path]
    paths_inside = {path: path for path in (*SYSTEM, *python_folders(), *course())}
    paths_inside |= {str(folder / "input"): INPUT, str(folder / "passwd"): "/etc/passwd",
                     str(folder / "hosts"): "/etc/hosts"}
    for parent in sorted({str(parent) for path in paths_inside.values() for parent in Path(path).parents}):
        command += [] if parent in ("/", SCRATCH) else ["--dir", parent]  # readable for the user inside
    for source, path in sorted(paths_inside.items(), key=lambda pair: pair[1]):
        command += link_or_bind(source, path)
    command += ["--remount-ro", "/dev", "--remount-ro", "/"]
    for name, value in environment(WORK, SCRATCH).items():
        command += ["--setenv", name, value]
    command += ["--chdir", WORK]
    if os.geteuid():
        return [*command, "--unshare-user"]
    rights = ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP"]  # until setpriv is done
    return [*command, *rights, "setpriv", f"--reuid={user()}", f"--regid={user()}", "--clear-groups",
            "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"]


def link_or_bind(source, path):
    """Return the arguments that show a file or folder inside: read-only, a link of the system's own as a link."""
    if source in SYSTEM and os.path.islink(source) and not source.startswith("/etc/"):
        return ["--symlink", os.readlink(source), path]
    return ["--ro-bind-try", source, path]


def python_folders():
    """Return the folders of the environment and of the Python that it was made from."""
    around_program = Path(os.path.realpath(sys.executable)).parents[1]
    folders = {sys.prefix, sys.base_prefix, os.path.realpath(sys.base_prefix), str(around_program)}
    return sorted(folders - {"/", "/usr"})


def course():
    """Return the course's own files: the package, its figures and the data that ship with it."""
    root = paths.repository()
    if root is None:
        return [str(paths.PACKAGE)]
    shipped = [path for pattern in SHIPPED for path in (root / "data").glob(pattern) if path.is_file()]
    return [str(path) for path in (paths.PACKAGE, root / "course.py", root / "figures", *shipped)]


def environment(work, scratch):
    """Return the variables of the program inside, for its two folders."""
    names = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": work, "TMPDIR": scratch,
             "AECOURSE_DATA": "embedded", "AECOURSE_GRADING": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
             "MPLCONFIGDIR": f"{scratch}/matplotlib", "IPYTHONDIR": f"{scratch}/ipython",
             "JUPYTER_CONFIG_DIR": f"{scratch}/jupyter", "JUPYTER_DATA_DIR": f"{scratch}/jupyter",
             "JUPYTER_RUNTIME_DIR": f"{scratch}/jupyter", "XDG_CACHE_HOME": f"{scratch}/cache",
             "JUPYTER_PLATFORM_DIRS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    if str(paths.PACKAGE.parent) not in site.getsitepackages():
        names["PYTHONPATH"] = str(paths.PACKAGE.parent)
    return names
