"""What all tests share: they work on the embedded data alone, unless a test asks for the real data."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from aecourse import paths, words

CHROMIUM = Path("/usr/bin/chromium")
JUPYTER_PATIENCE = 120  # seconds until a Jupyter answers, on a busy machine
SLOWEST = ("test_whole_class.py", ".ipynb", "test_launch.py", "test_grade_class.py", "test_make_release.py",
           "test_wheel.py", "test_pad_in_jupyter.py")

# The caller's folder moves to AECOURSE_TEST_DATA, also when pytest was not started by course.py, so that
# no test reads or downloads real data unawares; worker processes inherit both.
if os.environ.get("AECOURSE_DATA", "embedded") != "embedded":
    os.environ["AECOURSE_TEST_DATA"] = os.environ["AECOURSE_DATA"]
os.environ["AECOURSE_DATA"] = "embedded"


def pytest_collection_modifyitems(items):
    """Let the slowest files start first, so that no worker is left with a long one at the end."""
    def rank(item):
        return next((rank for rank, ending in enumerate(SLOWEST) if item.path.name.endswith(ending)), len(SLOWEST))
    items.sort(key=rank)


@pytest.fixture(autouse=True)
def page_speaks_english():
    """Whatever language a test lets the page speak, the next one begins in English."""
    yield
    words.speak("en")


@pytest.fixture
def real_data(monkeypatch):
    """The caller's $AECOURSE_DATA folder (a Path), put in force for one test, else a skip."""
    folder = os.environ.get("AECOURSE_TEST_DATA", "")
    if folder in ("", "embedded"):
        pytest.skip("needs real data: set AECOURSE_DATA to a folder that has them")
    monkeypatch.setenv("AECOURSE_DATA", folder)
    return Path(folder)


@pytest.fixture
def mnist(real_data):
    """The full MNIST (an `ImageDataset`), else a skip."""
    from aecourse.images import load_images

    if not (real_data / "MNIST").is_dir():
        pytest.skip("the data folder holds no MNIST")
    return load_images("mnist")


@pytest.fixture(scope="module")
def browser():
    """A headless Chromium, else a skip."""
    if not CHROMIUM.is_file():
        pytest.skip(f"needs a browser: there is no {CHROMIUM}")
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory):
    """A JupyterLab of its own, (its address, the folder that it serves), else a skip."""
    pytest.importorskip("jupyterlab", reason="needs the package jupyterlab")
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("lessons")
    quiet = home / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    quiet.parent.mkdir(parents=True)
    quiet.write_text('{"fetchNews": "false", "checkForUpdates": false}')
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    names = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime",
             "JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces", "IPYTHONDIR": "ipython"}
    environment = {**os.environ, **{name: str(home / value) for name, value in names.items()},
                   "PYTHONPATH": str(paths.PACKAGE.parent), "OMP_NUM_THREADS": "1"}
    with open(home / "log", "w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
             "--IdentityProvider.token=", "--expose-app-in-browser",
             "--JupyterNotebookApp.expose_app_in_browser=True", f"--ServerApp.root_dir={folder}"],
            env=environment, cwd=folder, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(4 * JUPYTER_PATIENCE):
            try:
                urllib.request.urlopen(f"{address}/api/status", timeout=5)
                break
            except OSError:
                assert server.poll() is None, (home / "log").read_text()
                time.sleep(0.25)
        yield address, folder
    finally:
        server.terminate()
        server.wait(JUPYTER_PATIENCE)
