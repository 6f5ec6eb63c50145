"""Fixtures of the widgets' tests: a Jupyter to open notebooks and pages in."""

import os
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from aecourse import paths


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
             "--IdentityProvider.token=", "--expose-app-in-browser", f"--ServerApp.root_dir={folder}"],
            env=environment, cwd=folder, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(480):
            try:
                urllib.request.urlopen(f"{address}/api/status", timeout=5)
                break
            except OSError:
                assert server.poll() is None, (home / "log").read_text()
                time.sleep(0.25)
        yield address, folder
    finally:
        server.terminate()
        server.wait(60)
