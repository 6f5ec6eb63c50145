"""Widgets and saved pages in a real JupyterLab: unrun, untrusted, in its dark theme."""

import nbformat
import numpy as np
import pytest
import torch
from nbformat.v4 import new_code_cell, new_notebook, new_output

from aecourse import widgets
from aecourse.handwriting import clock
from aecourse.widgets import projector

PATIENCE = 120_000  # milliseconds
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
EXPLORER = """import numpy as np
from aecourse import models
from aecourse.widgets.explorer import LatentExplorer
LatentExplorer(models.VAE(), np.eye(2), [0, 1], limits=((-2, 2), (-2, 2)))"""


@pytest.fixture
def lab(browser, jupyter):
    """Open a file of the served folder in JupyterLab or Notebook 7; dark: in JupyterLab's dark theme."""
    address, _ = jupyter
    pages = []

    def show(name, dark=False, place="lab/tree"):
        context = browser.new_context(viewport={"width": 1300, "height": 900}, color_scheme="light")
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        pages.append(page)
        page.goto(f"{address}/{place}/{name}" + "?reset" * place.startswith("lab"))
        page.wait_for_selector(".jp-Notebook .jp-CodeCell" if name.endswith(".ipynb") else ".jp-HTMLViewer")
        page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})",
                      f"JupyterLab {'Dark' if dark else 'Light'}")  # which the server keeps
        page.wait_for_selector(f"body[data-jp-theme-light={'false' if dark else 'true'}]", state="attached")
        return page
    yield show
    for page in pages:
        page.evaluate("() => jupyterapp.serviceManager.sessions.shutdownAll()")
        page.context.close()


def notebook(folder, name, html=None, code="1"):
    """Write a notebook of one cell, which nobody has run here, with an output as a stranger may have left it."""
    outputs = [new_output("display_data", {"text/html": html})] if html else []
    cell = new_code_cell(code, outputs=outputs, metadata={"trusted": False})
    nbformat.write(new_notebook(cells=[cell], metadata=KERNEL), folder / name)


def run(page):
    """Run the notebook that is open, once its kernel is there."""
    page.wait_for_function("() => jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'")
    page.evaluate("() => void jupyterapp.commands.execute('notebook:run-all-cells')")


def test_an_unrun_slider_is_one_frame_and_a_film_strip_to_unfold(lab, jupyter):
    sheets = [torch.full((20, 1, 28, 28), share) for share in np.linspace(0, 1, 11)]
    notebook(jupyter[1], "film.ipynb", widgets.frame_slider(sheets, [f"epoch {n}" for n in range(11)]).data)
    page = lab("film.ipynb")
    output = page.locator(".jp-OutputArea-output")
    output.locator("img").first.wait_for()
    assert output.locator("input").count() == 0, "no slider that moves nothing"
    assert output.locator("img:visible").count() == 1 and output.bounding_box()["height"] < 300
    output.get_by_text("All 11 frames").click()
    assert output.locator("img:visible").count() == 12


def test_a_saved_page_says_how_to_start_it_and_runs_when_trusted(lab, jupyter):
    points = np.random.default_rng(0).normal(size=(30, 2))
    projector.save_page(jupyter[1] / "map.html", {"PCA": points}, torch.rand(30, 1, 8, 8), torch.arange(30) % 10)
    page = lab("map.html")
    inside = page.frame_locator("iframe.jp-HTMLViewer, .jp-HTMLViewer iframe")
    inside.get_by_text("click Trust HTML above").wait_for()
    page.get_by_text("Trust HTML", exact=True).click()
    inside.locator(".legend button").nth(9).wait_for()
    assert inside.get_by_text("click Trust HTML above").count() == 0


def test_the_clock_follows_jupyters_theme_and_not_only_the_systems(lab, jupyter):
    digits = torch.rand(10, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    morphs = {(old, new): torch.stack([digits[old], digits[new]]) for old, new in clock.CHANGES}
    torch.save(morphs, jupyter[1] / "morphs.pt")
    notebook(jupyter[1], "clock.ipynb", code="import torch\nfrom aecourse.handwriting import clock\n"
                                             "clock.show(torch.load('morphs.pt'))")
    page = lab("clock.ipynb", dark=True)
    run(page)
    body = page.frame_locator(".jp-OutputArea-output iframe").locator("body")
    body.wait_for()
    paper = "body => getComputedStyle(body).backgroundColor"
    assert body.evaluate(paper) == "rgb(23, 24, 28)", "dark, although the system is light"
    page.evaluate("() => jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'})")
    page.wait_for_selector("body[data-jp-theme-light=true]", state="attached")
    page.wait_for_timeout(200)
    assert body.evaluate(paper) == "rgb(250, 248, 243)"


@pytest.mark.parametrize("place, dark", [("lab/tree", True), ("notebooks", False)])
def test_the_explorer_runs_in_dark_jupyterlab_and_in_notebook_7(lab, jupyter, place, dark):
    if place == "notebooks":
        pytest.importorskip("notebook", reason="needs the package notebook")
    notebook(jupyter[1], f"explorer{dark}.ipynb", code=EXPLORER)
    page = lab(f"explorer{dark}.ipynb", dark, place)
    run(page)
    plane, coordinates = page.locator(".plane"), page.locator(".coordinates")
    plane.wait_for()
    plane.press("ArrowRight")
    from playwright.sync_api import expect
    expect(coordinates).to_have_text("z = (0.04, 0.00)")
    ground = page.locator(".aecourse-explorer").evaluate("root => getComputedStyle(root).backgroundColor")
    assert ground == ("rgb(17, 17, 17)" if dark else "rgb(255, 255, 255)")
