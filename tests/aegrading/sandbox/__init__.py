"""What the sandbox's tests share: notebooks that try things, their limits, and how to run them."""

import json
import os
import zlib
from dataclasses import replace

from aegrading.sandbox import launch
from aegrading.sandbox.limits import Isolation, Limits

SEED = 5
SMALL = Limits(seconds=240, cell_seconds=120, memory=700_000_000, file=1_000_000, disk=3_000_000, processes=60,
               output=1_000_000)  # the times are long enough for a machine several times slower than this one
SHORT = replace(SMALL, seconds=120, cell_seconds=3)  # for notebooks that are to run out of time
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))  # the same for all workers that collect these tests
MARK = f"86399.{zlib.crc32(RUN.encode())}"  # seconds that a process sleeps which must not survive; of this run alone
FAKE = """
import os, sys, types
def grading_outputs(seed, folder):
    path = folder + "/outputs.json"
    {deed}
sys.modules["aecourse.checks"] = types.ModuleType("aecourse.checks")
sys.modules["aecourse.checks.outputs"] = outputs = types.ModuleType("aecourse.checks.outputs")
outputs.grading_outputs = grading_outputs
"""  # what a student may put in place of the real one, which loads torch
ONE_NUMBER = FAKE.format(deed="""open(path, "w").write('{"missing": {}, "outputs": {"5.1": [{"dtype": "uint8", '
    '"shape": [1], "data": "Aw=="}]}}')""")
TRY = '''
results = {}
def attempt(name, deed):
    """Note what a deed returns, DONE for nothing, or the class of the error that it ends with."""
    try:
        result = deed()
        results.setdefault(name, []).append("DONE" if result is None else str(result))
    except BaseException as error:
        results.setdefault(name, []).append(type(error).__name__)
'''
RESULTS = FAKE.format(deed="""import base64, json, __main__
    text = json.dumps(__main__.results).encode()
    array = {"dtype": "uint8", "shape": [len(text)], "data": base64.b64encode(text).decode()}
    open(path, "w").write(json.dumps({"missing": {}, "outputs": {"5.1": [array]}}))""")


def notebook_of(*sources):
    """Return the bytes of a notebook with these code cells."""
    cells = [{"cell_type": "code", "id": f"c{number}", "metadata": {}, "outputs": [], "execution_count": None,
              "source": source} for number, source in enumerate(sources)]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()


def run(*sources, limits=SMALL, isolation=Isolation.BUBBLEWRAP, files=None):
    """Run a notebook of these cells and return its Run."""
    ended = launch.run(notebook_of(*sources), files or {}, SEED, isolation, limits)
    assert ended.words.en and ended.words.ja
    return ended


def results_of(*sources, **options):
    """Return what the deeds of a notebook that calls `attempt` ended with: {name: list of results or errors}."""
    ended = run(TRY, *sources, RESULTS, **options)
    return json.loads(bytes(ended.outputs["5.1"][0]))
