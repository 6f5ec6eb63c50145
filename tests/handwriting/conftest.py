"""Fixtures of the draw pad's tests: a path to save at, and a Jupyter with a notebook in it."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest

from aecourse import paths

from .pad_support import CELL, PATIENCE, Lab


@pytest.fixture
def path(tmp_path):
    return tmp_path / "my_digit.png"


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
        for _ in range(4 * PATIENCE):
            try:
                urllib.request.urlopen(f"{address}/api/status", timeout=5)
                break
            except OSError:
                assert server.poll() is None, (home / "log").read_text()
                time.sleep(0.25)
        yield address, folder
    finally:
        server.terminate()
        server.wait(PATIENCE)


@pytest.fixture(scope="module")
def contexts(browser):
    """A browser context for each set of options: pages that share one load JupyterLab from its cache."""
    made = {}

    def context_of(**options):
        key = json.dumps(options, sort_keys=True)
        if key not in made:
            made[key] = browser.new_context(**{"viewport": {"width": 1300, "height": 1000}, **options})
            made[key].set_default_timeout(1000 * PATIENCE)
        return made[key]
    yield context_of
    for context in made.values():
        context.close()


@pytest.fixture
def lab(contexts, jupyter):
    """Open a notebook with a pad; an error in the pad's page fails the test."""
    address, root = jupyter
    pages, faults = [], []

    def show(cells=(CELL,), front="lab/tree", **options):
        folder = root / f"lesson{len(list(root.iterdir()))}"
        folder.mkdir()
        nbformat.write(nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}),
            folder / "pad.ipynb")
        page = contexts(**options).new_page()
        pages.append(page)
        if front.startswith("lab"):  # Notebook 7.6 has errors of its own when it is reloaded
            page.on("pageerror", lambda error: faults.append(str(error)))
        view = Lab(page, address, folder, "pad.ipynb", front)
        view.finger = page.context.new_cdp_session(page)
        return view
    yield show
    for page in pages:
        page.evaluate("() => jupyterapp.serviceManager.sessions.shutdownAll()")
        page.close()
    assert not faults
