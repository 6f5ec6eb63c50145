"""Downloads: whole or not at all, kept once, given up in a sentence, and never waiting for long."""

import http.client
import http.server
import re
import shutil
import socket
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from torchvision import datasets

from aecourse import images
from aecourse.images import download, files, load

from .small_sets import announced, check_small, first_pixel, write_idx, write_pack

REAL_ANSWERS = download.answers


def bring(monkeypatch, name, seed=7, error=None):
    """A network: torchvision's class is replaced by one that writes a small set, or fails; returns its calls."""
    calls = []

    class Tiny:
        mirrors, resources, url = ["http://localhost/"], [("train-images-idx3-ubyte.gz", "")], "http://localhost/c"

        def __init__(self, root, train=True, download=False):
            assert download
            calls.append(Path(root))
            print("Downloading noise")
            raw = write_idx(Path(root), name, seed)
            shutil.copy(raw / "train-images-idx3-ubyte", raw / "train-images-idx3-ubyte.gz")
            if error:
                (raw / "t10k-labels-idx1-ubyte").unlink()
                raise error
    monkeypatch.setattr(datasets, {"mnist": "MNIST", "fashion": "FashionMNIST"}[name], Tiny)
    monkeypatch.setattr(download, "answers", lambda addresses: True)
    return calls


def test_a_download_is_kept_and_happens_once(home, monkeypatch, capsys):
    calls = bring(monkeypatch, "mnist")
    dataset = images.load_images("mnist")
    check_small(dataset, "mnist", seed=7)
    assert str(home) in dataset.source
    assert capsys.readouterr().out == f"Downloading mnist to {home}, once.\n"
    check_small(images.load_images("mnist"), "mnist", seed=7)
    assert len(calls) == 1 and not capsys.readouterr().out
    raw = home / "MNIST" / "raw"
    assert sorted(p.name for p in raw.iterdir()) == sorted(files.IDX_FILES), "no archives are kept"
    assert [p.name for p in home.iterdir()] == ["MNIST"], "nothing temporary is left"


def test_a_download_completes_a_half_filled_folder(home, monkeypatch):
    (write_idx(home, "mnist", seed=1) / "t10k-images-idx3-ubyte").unlink()
    bring(monkeypatch, "mnist")
    assert first_pixel(images.load_images("mnist")) == 7


def test_nothing_is_downloaded_when_the_classroom_has_it(classroom, monkeypatch):
    write_pack(classroom, "mnist", seed=1)
    calls = bring(monkeypatch, "mnist")
    assert first_pixel(images.load_images("mnist")) == 1 and not calls


def test_what_the_classroom_lacks_is_downloaded_to_the_own_folder(classroom, home, monkeypatch):
    write_pack(classroom, "mnist", seed=1)
    bring(monkeypatch, "fashion")
    assert first_pixel(images.load_images("fashion")) == 7
    assert (home / "FashionMNIST" / "raw" / "train-images-idx3-ubyte").is_file()
    assert [path.name for path in classroom.iterdir()] == ["mnist.npz"]


@pytest.mark.parametrize(("error", "reason"), [
    (RuntimeError("Error downloading train:\nTried http://a, got:\nHTTP Error 404\n"),
     "the download failed: Error downloading train: Tried http://a, got: HTTP Error 404"),
    (urllib.error.URLError("timed out"), "the download failed: <urlopen error timed out>"),
    (OSError(28, "No space left on device"), "the download failed: .*No space left"),
    (TimeoutError(), "the download failed: TimeoutError"),
    (http.client.IncompleteRead(b"ab", 5), r"the download failed: IncompleteRead\(2 bytes read, 5 more expected\)"),
], ids=["mirrors", "url", "disk full", "without words", "cut off"])
def test_a_failing_download_ends_in_the_stand_in(home, monkeypatch, capsys, error, reason):
    before = socket.getdefaulttimeout()
    calls = bring(monkeypatch, "mnist", error=error)
    assert images.load_images("mnist").name == "digits" and len(calls) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("Downloading mnist to")
    assert re.search(reason, second) and second.endswith("instead.")
    assert not list(home.iterdir()), "nothing half-downloaded stays"
    assert socket.getdefaulttimeout() == before


def test_an_interrupted_download_leaves_nothing(home, monkeypatch):
    before = socket.getdefaulttimeout()
    bring(monkeypatch, "mnist", error=KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        images.load_images("mnist")
    assert not list(home.iterdir()) and socket.getdefaulttimeout() == before


def test_a_data_folder_that_cannot_be_made_ends_in_the_stand_in(home, monkeypatch, capsys):
    home.write_text("a file where the folder should be")
    calls = bring(monkeypatch, "mnist")
    assert images.load_images("mnist").name == "digits" and not calls
    assert "the download failed: " in capsys.readouterr().out and home.is_file()


def test_an_unwritable_data_folder_ends_in_the_stand_in(home, monkeypatch, capsys):
    home.mkdir()

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied", str(home))
    monkeypatch.setattr(download.tempfile, "TemporaryDirectory", refuse)
    calls = bring(monkeypatch, "mnist")
    assert images.load_images("mnist").name == "digits" and not calls
    assert "the download failed: [Errno 13] Permission denied" in capsys.readouterr().out


def test_short_time_outs_are_in_force_during_the_download_only(home, monkeypatch):
    seen = []
    bring(monkeypatch, "mnist")
    tiny = datasets.MNIST

    class Watching(tiny):
        def __init__(self, *arguments, **options):
            seen.append(socket.getdefaulttimeout())
            super().__init__(*arguments, **options)
    monkeypatch.setattr(datasets, "MNIST", Watching)
    images.load_images("mnist")
    assert seen == [download.NETWORK_PATIENCE] and download.NETWORK_PATIENCE <= 5
    assert socket.getdefaulttimeout() is None


# ---------------------------------------------------------------- is there a network at all
@pytest.fixture
def server():
    """A web server on this machine that knows one file and counts its visitors."""
    visits = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            visits.append((self.command, self.path))
            self.send_response(200 if self.path == "/there" else 404)
            self.end_headers()

        def log_message(self, *_):
            pass
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}", visits
    running.shutdown()
    running.server_close()


def test_a_server_that_has_the_file_answers(server):
    address, visits = server
    assert download.answers([f"{address}/there"])
    assert visits == [("HEAD", "/there")]
    assert not download.answers([f"{address}/gone"]), "a page of refusal is no answer"
    assert download.answers([f"{address}/gone", "http://127.0.0.1:9/", f"{address}/there"]), "one mirror is enough"


def test_a_refusing_machine_does_not_answer():
    assert not download.answers(["http://127.0.0.1:9/", "not an address"])


@pytest.mark.parametrize("name", ["mnist", "cifar10"])  # a list of mirrors, a single address
def test_a_network_that_swallows_everything_is_given_up(home, monkeypatch, capsys, name):
    monkeypatch.setattr(download, "answers", REAL_ANSWERS)
    asked, release = [], threading.Event()

    def swallow(request, timeout):
        asked.append((request.full_url, request.get_method(), timeout))
        release.wait(60)
        raise TimeoutError
    monkeypatch.setattr(urllib.request, "urlopen", swallow)
    monkeypatch.setattr(download, "NETWORK_PATIENCE", 0.2)
    assert images.load_images(name).name == load.STAND_IN[name]
    release.set()
    assert announced(capsys, name, "no network, or none of the servers answers")
    assert asked and all(method == "HEAD" and timeout == 0.2 for _, method, timeout in asked)
    assert all(url.endswith((".gz", ".tar.gz")) for url, _, _ in asked), "a file is asked for, not its folder"
    assert not home.exists()
