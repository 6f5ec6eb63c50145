"""What a lesson's page needs besides its subject: the opening cell, drawings, and source code to read."""

import inspect
import os
import platform
import sys
import textwrap

from . import paths


def start():
    """Say what this lesson runs on: versions, device, data folder (every lesson's first cell).

    Returns the `torch.device` that `training.fit` will choose: cuda, mps or cpu.
    """
    import torch

    from . import __version__
    from .training import pick_device
    device = pick_device("auto")
    if paths.embedded_only():
        place = "embedded data only (AECOURSE_DATA=embedded)"
    else:
        place = paths.classroom() or paths.data_folder()
    print(f"aecourse {__version__}, Python {platform.python_version()}, torch {torch.__version__}")
    print(f"device: {device}, {os.cpu_count()} CPU cores")
    print(f"data: {place}")
    if "google.colab" in sys.modules and device.type == "cpu":
        print("Colab: for a GPU choose Runtime > Change runtime type > T4 GPU (this restarts the notebook).")
    return device


def show_source(*things):
    """Show the source code of functions or classes, highlighted, as it stands in the package."""
    from IPython.display import Markdown
    return Markdown("\n".join(f"```python\n{textwrap.dedent(inspect.getsource(thing))}```\n" for thing in things))


def show_figure(name):
    """Show one of the course's drawings, `figures/<name>.svg`, in JupyterLab, Colab or a repository's page."""
    from IPython.display import SVG
    return SVG(filename=paths.shipped("figures", f"{name}.svg"))
