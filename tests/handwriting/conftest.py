"""Fixtures of the draw pad's tests: a path to save at, and a notebook in a Jupyter."""

import json

import nbformat
import pytest

from .pad_support import CELL, PATIENCE, Lab


@pytest.fixture
def path(tmp_path):
    return tmp_path / "my_digit.png"


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
