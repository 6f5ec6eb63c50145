"""Inside: the program in the sandbox; it runs a notebook in a fresh kernel and writes one reply in JSON.

It stands alone, since the grader is not in the sandbox: it parses the notebook for itself, and writes outcomes as plain
strings. Its settings, in JSON, come from standard input. Not even the kernel, which runs as the same user, can look
into it or reach the pipe that it writes to. nbclient would not do: what the kernel puts out is counted here, not kept,
and messages that are broken on purpose are passed over.
"""

import contextlib
import ctypes
import json
import os
import resource
import shutil
import signal
import stat
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import zmq
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import KernelManager

DIE_WITH_PARENT, DUMPABLE, SUBREAPER = 1, 4, 36  # of prctl
PATIENCE = 3           # seconds for a cell that was interrupted to stop
OUTPUT_SECONDS = 20    # for the functions that were checked, all together
LARGEST_FILE = 40_000_000  # bytes of what the functions returned
LONGEST = 2000         # characters of an error's text
OUTPUTS_CELL = """import sys
if "aecourse.checks" in sys.modules:
    from aecourse.checks.outputs import grading_outputs
    grading_outputs({seed}, {folder!r})
"""


@dataclass
class Kernel:
    """A running kernel, how much it has put out so far, and how much it may."""

    manager: KernelManager
    client: BlockingKernelClient
    allowed: int
    put_out: int = 0
    idle: str = ""  # the last request after which the kernel has reported that nothing more comes


@dataclass(frozen=True)
class Failure:
    """Why a cell did not end well: the outcome, and the name and text of the error, if there was one.

    kernel_lost: the kernel is gone or no longer listens.
    """

    outcome: str
    name: str = ""
    text: str = ""
    kernel_lost: bool = False


def main():
    """Read the settings, run the notebook, write the reply."""
    settings = json.load(sys.stdin)
    confine(settings["limits"])
    inputs = Path(settings["inputs"])
    copy_files(inputs / "beside", Path.cwd())
    copy_files(inputs / "matplotlib", Path(os.environ["MPLCONFIGDIR"]))
    reply = json.dumps(run(inputs / "notebook.ipynb", settings)).encode()
    with os.fdopen(settings["pipe"], "wb") as pipe:
        pipe.write(reply)
    os._exit(0)


def copy_files(source, target):
    """Copy the files of one folder into another, which is made if missing."""
    target.mkdir(exist_ok=True)
    for path in source.iterdir():  # copytree would change the folder's mode, which is not this user's to change
        shutil.copyfile(path, target / path.name)


def confine(limits):
    """Set the limits of this process and all that it starts, and close it to them."""
    signal.signal(signal.SIGINT, lambda *_: None)  # a kernel resets this for itself
    if sys.platform.startswith("linux"):
        Path("/proc/self/oom_score_adj").write_text("1000")  # when the machine's memory ends, this goes first
        prctl = ctypes.CDLL(None).prctl
        for option, value in ((DIE_WITH_PARENT, signal.SIGKILL), (SUBREAPER, 1), (DUMPABLE, 0)):
            prctl(option, int(value), 0, 0, 0)
    for name, value in limits.items():
        if name not in ("seconds", "cell_seconds", "output"):
            _, highest = resource.getrlimit(getattr(resource, name))
            value = value if highest == resource.RLIM_INFINITY else min(value, highest)
            resource.setrlimit(getattr(resource, name), (value, value))


def run(notebook, settings):
    """Run a notebook's cells and then the functions that were checked; returns the reply, a dict."""
    limits, reply = settings["limits"], {"cell": None, "cell_seconds": 0.0, "outputs": None}
    try:
        cells = code_cells(notebook.read_bytes())
    except Exception as error:  # whatever is wrong with it
        return reply | report(Failure("stopped", "not a notebook", f"{type(error).__name__}: {error}"))
    try:
        kernel = start_kernel(limits["output"])
    except Exception as error:
        return reply | report(Failure("stopped", "no kernel", f"{type(error).__name__}: {error}"))
    reply["cell"], failure, kernel_lost, reply["cell_seconds"] = run_cells(kernel, cells, limits)
    if not kernel_lost:
        reply["outputs"] = outputs_of(kernel, settings)
    kernel.manager.shutdown_kernel(now=True)
    return reply | report(failure)


def code_cells(content):
    """Return the sources of a notebook's code cells that are not blank; raises whatever for anything else."""
    sources = ["".join(cell["source"]) for cell in json.loads(content)["cells"] if cell["cell_type"] == "code"]
    return [source for source in sources if source.strip()]


def start_kernel(allowed):
    """Return a Kernel that listens, without history, its own output thrown away."""
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(extra_arguments=["--HistoryManager.enabled=False"], stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL)
    client = manager.blocking_client()
    client.start_channels(stdin=False)
    client.wait_for_ready(timeout=60)
    return Kernel(manager, client, allowed)


def run_cells(kernel, cells, limits):
    """Run cells one after the other, also behind a broken one.

    Returns `(number, first Failure, kernel_lost, seconds)`; number: of the cell that failed first, from 1, or None.
    """
    first, number, kernel_lost, started = None, None, False, time.monotonic()
    end = started + limits["seconds"]
    for position, source in enumerate(cells, 1):
        left = end - time.monotonic()
        failure = execute(kernel, source, min(left, limits["cell_seconds"])) if left > 0 else Failure("time")
        if failure and first is None:
            first, number = failure, position
        kernel_lost = failure is not None and failure.kernel_lost
        if kernel_lost or left <= 0 or kernel.put_out > kernel.allowed:
            break
    return number, first, kernel_lost, time.monotonic() - started


def report(failure):
    """Return the part of the reply that reports a Failure, or that there was none."""
    failure = failure or Failure("ran")
    return {"outcome": failure.outcome, "name": failure.name[:LONGEST], "text": failure.text[:LONGEST]}


def execute(kernel, source, seconds):
    """Run a source in the kernel and return None, or the Failure; what takes or puts out too much is interrupted."""
    request = kernel.client.execute(source, allow_stdin=False, stop_on_error=False)
    end, failure = time.monotonic() + seconds, None
    while True:
        reply = next_reply(kernel, request)
        if reply:
            wait_for_idle(kernel, request)
            return failure or (Failure("output") if kernel.put_out > kernel.allowed else failure_of(reply))
        if not kernel.manager.is_alive():
            return Failure("stopped", "kernel died", kernel_lost=True)
        late, flooded = time.monotonic() > end, kernel.put_out > kernel.allowed
        if failure and late:
            return Failure(failure.outcome, kernel_lost=True)
        if not failure and (late or flooded):
            failure, end = Failure("time" if late else "output"), time.monotonic() + PATIENCE
            kernel.manager.interrupt_kernel()


def next_reply(kernel, request):
    """Wait a moment for messages, count what the kernel puts out, and return the reply to the request, or None."""
    shell, iopub = kernel.client.shell_channel, kernel.client.iopub_channel
    ready = zmq.select([shell.socket, iopub.socket], [], [], 0.2)[0]
    if iopub.socket in ready:
        count(kernel)
    if shell.socket in ready:
        message = received(shell)
        if message and message["parent_header"].get("msg_id") == request:
            return message["content"]
    return None


def wait_for_idle(kernel, request):
    """Count what comes behind a reply, until the kernel is idle, it is too much, or PATIENCE is over."""
    end = time.monotonic() + PATIENCE
    while kernel.idle != request and kernel.put_out <= kernel.allowed and time.monotonic() < end:
        if zmq.select([kernel.client.iopub_channel.socket], [], [], 0.2)[0]:
            count(kernel)


def count(kernel):
    """Count the next message of what the kernel puts out."""
    message = received(kernel.client.iopub_channel) or {}
    kernel.put_out += size_of(message)
    if message.get("content", {}).get("execution_state") == "idle":
        kernel.idle = message["parent_header"].get("msg_id")


def received(channel):
    """Return the message that a channel holds, or None for one that cannot be read."""
    with contextlib.suppress(Exception):  # student code can write into the kernel's sockets
        return channel.get_msg(timeout=0)
    return None


def size_of(value):
    """Return how many characters and bytes a message carries in all its texts and buffers."""
    if isinstance(value, dict):
        return sum(size_of(part) for part in value.values())
    if isinstance(value, list):
        return sum(size_of(part) for part in value)
    return len(value) if isinstance(value, (str, bytes, memoryview)) else 0


def failure_of(reply):
    """Return the Failure that the kernel's reply reports, or None."""
    if reply.get("status") == "ok":
        return None
    name, text = str(reply.get("ename", "")), str(reply.get("evalue", ""))
    no_memory = name == "MemoryError" or "can't allocate memory" in text
    return Failure("memory" if no_memory else "cell_error", name, text)


def outputs_of(kernel, settings):
    """Run the functions that were checked on fresh inputs; returns the text that they left, or None."""
    folder = Path(settings["outputs"])
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    kernel.put_out, kernel.allowed = 0, sys.maxsize  # nothing of it is kept
    execute(kernel, OUTPUTS_CELL.format(seed=settings["seed"], folder=str(folder)), OUTPUT_SECONDS)
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return read_plain(folder / "outputs.json").decode()
    return None


def read_plain(path):
    """Return the bytes of an ordinary file of moderate size; raises OSError for links, pipes and large ones."""
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST_FILE:
            raise OSError(f"{path} is no ordinary file of at most {LARGEST_FILE} bytes")
        return file.read(LARGEST_FILE + 1)


if __name__ == "__main__":
    main()
