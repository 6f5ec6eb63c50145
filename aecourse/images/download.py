"""Download: the public image sets through torchvision, whole or not at all, and never waiting for long."""

import contextlib
import http.client
import io
import os
import socket
import tempfile
import threading
import urllib.request
from collections.abc import Iterable
from pathlib import Path

from ..words import Words

NETWORK_PATIENCE = 4.0  # seconds without an answer after which the network counts as absent


def fetch(name: str, folder: Path) -> Words | None:
    """Fetch "mnist", "fashion" or "cifar10" through torchvision into `folder`; return None, or why that failed."""
    from torchvision import datasets
    kind = {"mnist": datasets.MNIST, "fashion": datasets.FashionMNIST, "cifar10": datasets.CIFAR10}[name]
    addresses = [m + kind.resources[0][0] for m in kind.mirrors] if hasattr(kind, "mirrors") else [kind.url]
    if not answers(addresses):
        return Words("no network, or none of the servers answers",
                     "ネットワークにつながっていないか、どのサーバーも応答しません")
    print(Words("Downloading {name} to {folder}, once.",
                "{name}を{folder}にダウンロードします（初回のみ）。").format(name=name, folder=folder))
    before = socket.getdefaulttimeout()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        socket.setdefaulttimeout(NETWORK_PATIENCE)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".download-") as temporary:
            with contextlib.redirect_stdout(io.StringIO()):  # torchvision prints every mirror it tries
                kind(temporary, download=True)
            move_files(Path(temporary), folder)
    except (OSError, RuntimeError, http.client.HTTPException) as error:
        return Words("the download failed: {reason}", "ダウンロードに失敗しました：{reason}").format(
            reason=" ".join(str(error).split()) or type(error).__name__)
    finally:
        socket.setdefaulttimeout(before)
    return None


def move_files(source: Path, target: Path) -> None:
    """Move finished files by one rename each, so that an interruption never leaves half a file; archives stay."""
    for path in sorted(p for p in source.rglob("*") if p.is_file() and not p.name.endswith((".gz", ".tar"))):
        destination = target / path.relative_to(source)
        destination.parent.mkdir(parents=True, exist_ok=True)
        os.replace(path, destination)


def answers(addresses: Iterable[str]) -> bool:
    """Say within a few seconds whether any of the addresses answers (name look-up included)."""
    answered = threading.Event()

    def ask(address):
        with contextlib.suppress(Exception):
            urllib.request.urlopen(urllib.request.Request(address, method="HEAD"), timeout=NETWORK_PATIENCE).close()
            answered.set()

    threads = [threading.Thread(target=ask, args=(address,), daemon=True) for address in addresses]
    for thread in threads:
        thread.start()
    for _ in range(int(NETWORK_PATIENCE * 10)):
        if answered.wait(0.1) or not any(thread.is_alive() for thread in threads):
            break
    return answered.is_set()
