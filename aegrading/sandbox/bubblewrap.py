"""Walls: what a student's notebook runs behind, the limits, bubblewrap's command line and the environment.

Inside there is no network, no file but Python's, the course's and the hand-in's own, all read-only, and no place to
write but three small file systems in memory. The user there has no rights, whoever the teacher is.
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

from .limits import Limits
from .seccomp import filter_program

WORK, GIVEN, SCRATCH = "/student", "/given", "/tmp"  # inside: the notebook's folder, what it was given, other files
SCRATCH_SIZE = 64_000_000  # bytes of /tmp, and of /dev/shm
FIRST_USER, USERS = 61_000, 180  # for a teacher who is root: user numbers that Linux gives to nobody
TRIAL = "import aecourse, ipykernel.kernelapp, jupyter_client"  # what has to work inside
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts",
          "/etc/localtime", "/var/cache/fontconfig", "/sys/devices/system/cpu")  # the last: torch asks what the CPU can
SHIPPED = ("reference_*", "sample_*", "weather_sample*")  # of data/, where downloads may lie beside


@functools.cache
def available():
    """Return None when bubblewrap works here, tried with the environment's Python, else the reason as Words."""
    if not sys.platform.startswith("linux"):
        return {"en": "Bubblewrap exists for Linux only.", "ja": "bubblewrap は Linux でしか使えません。"}
    if not (shutil.which("bwrap") and (os.geteuid() or shutil.which("setpriv"))):
        return {"en": "Bubblewrap (the program bwrap) is not installed.",
                "ja": "bubblewrap（プログラム bwrap）がインストールされていません。"}
    if not filter_program():
        return {"en": f"The filter of system calls does not know this kind of machine ({os.uname().machine}).",
                "ja": f"システムコールのフィルターが、この種類の機械（{os.uname().machine}）に対応していません。"}
    with tempfile.TemporaryDirectory() as stage:
        try:
            done = start(Path(stage), ["-c", TRIAL], Limits(), stderr=subprocess.PIPE)
            _, said = done.communicate(timeout=60)
        except (OSError, subprocess.TimeoutExpired) as error:
            return no_start(str(error))
    return None if done.returncode == 0 else no_start(said.decode(errors="replace").strip()[-200:])


def no_start(reason):
    """Return the Words for a bubblewrap that is there but does not start."""
    return {"en": f"Bubblewrap does not start here: {reason}", "ja": f"bubblewrap をここでは起動できません：{reason}"}


# ---- the command line ----------------------------------------------------------------------------


def start(stage, arguments, limits, keep_open=(), **options):
    """Start Python behind the walls on these arguments, and return the Popen.

    stage: a folder, whose folder `given` is seen inside as GIVEN. keep_open: file descriptors for the program inside.
    options go to Popen.
    """
    prepare(stage)
    rules = stage / "filter"
    rules.write_bytes(filter_program())
    with rules.open("rb") as file:
        command = [*bubblewrap(stage, limits, file.fileno()), sys.executable, "-B", *arguments]
        return subprocess.Popen(command, pass_fds=(*keep_open, file.fileno()), **options)


def prepare(stage):
    """Write into the stage what the system inside is to believe of its user and its network."""
    (stage / "given").mkdir(exist_ok=True)
    (stage / "given").chmod(0o755)
    (stage / "passwd").write_text(f"student:x:{user()}:{user()}::{WORK}:/bin/sh\n")
    (stage / "hosts").write_text("127.0.0.1 localhost\n::1 localhost\n")


def user():
    """Return the number of the user inside: the teacher's own, or a spare one where the teacher is root."""
    return os.geteuid() or FIRST_USER + os.getpid() % USERS


def threads_of_user():
    """Return how many threads the user of the program inside has on this machine now."""
    return sum(one.info["num_threads"] or 0 for one in psutil.process_iter(["uids", "num_threads"])
               if one.info["uids"] and one.info["uids"].real == user())


def bubblewrap(stage, limits, filter_file):
    """Return the command line up to the program that is to run; filter_file: the filter's file descriptor."""
    command = ["bwrap", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try",
               "--die-with-parent", "--new-session", "--as-pid-1", "--hostname", "sandbox", "--cap-drop", "ALL",
               "--seccomp", str(filter_file), "--clearenv", "--proc", "/proc", "--dev", "/dev"]
    for place, size in ((SCRATCH, SCRATCH_SIZE), ("/dev/shm", SCRATCH_SIZE), (WORK, limits.disk)):
        command += ["--perms", "1777", "--size", str(size), "--tmpfs", place]
    places = {place: place for place in (*SYSTEM, *python_folders(), *course())}
    places |= {str(stage / "given"): GIVEN, str(stage / "passwd"): "/etc/passwd", str(stage / "hosts"): "/etc/hosts"}
    for folder in sorted({str(parent) for place in places.values() for parent in Path(place).parents}):
        command += [] if folder in ("/", SCRATCH) else ["--dir", folder]  # readable for the user inside
    for source, place in sorted(places.items(), key=lambda pair: pair[1]):
        command += link_or_bind(source, place)
    command += ["--remount-ro", "/dev", "--remount-ro", "/"]
    for name, value in environment(WORK, SCRATCH).items():
        command += ["--setenv", name, value]
    command += ["--chdir", WORK]
    if os.geteuid():
        return [*command, "--unshare-user"]
    rights = ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP"]  # until setpriv is done
    return [*command, *rights, "setpriv", f"--reuid={user()}", f"--regid={user()}", "--clear-groups",
            "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"]


def link_or_bind(source, place):
    """Return the arguments that show a file or folder inside: read-only, a link of the system's own as a link."""
    if source in SYSTEM and os.path.islink(source) and not source.startswith("/etc/"):
        return ["--symlink", os.readlink(source), place]
    return ["--ro-bind-try", source, place]


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
