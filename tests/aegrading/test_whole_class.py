"""A whole class, graded once in bubblewrap: honest hand-ins get their points, and each attack ends as it should."""

import csv
import hashlib
import html
import io
import json
import random
import re
import socket
import stat
import tempfile
import types
import zipfile
from pathlib import Path

import psutil
import pytest
from PIL import Image

from aecourse import paths
from aecourse.handin import zip_of
from aegrading import grade_class, results_folder
from aegrading.sandbox import bubblewrap
from tests.sample_class import answers_of, hand, honest_cells, make, seed_of

SECONDS = 90  # for one notebook: an honest one takes 5 to 10 on two busy cores, and many times as long elsewhere
PARTS = ("picture", "digits", "notebook", "5.1", "5.2")
ANSWERS = "hand label limits"
SCRIPT = "<script>alert(1)</script>"
TAGGED = "<script>alert(2)<script>"  # as much of it as a file's name can hold

HONEST = {  # student: digit, folder, language
    "2026-003": (3, "", "en"), "0042": (5, "", "en"), "hana_k": (6, "花 かおり（2年）", "ja"),
    "佐藤-花": (7, "佐藤 花_12345_assignsubmission_file", "ja"), "Ωmega": (8, "a folder.zip", "en"),
    "2026-008": (9, "=SUM(1) x/inner", "en"), "x11": (4, "Zoë O'Neil", "en")}
EMPTY = ("nobody", "誰も いない")  # folders in which nothing was handed in

EXPECTED = {  # student: status, points of PARTS (- where open), outcome of the notebook or None, part of the note
    **dict.fromkeys(HONEST, ("graded", "10 10 20 10 10", "ran", "")),
    "late": ("graded", "10 10 0 10 10", "cell_error", "Code cell 7 stopped with ValueError"),
    "pictureless": ("graded", "0 0 20 0 0", "ran", "The zip holds no picture.png"),
    "mislabelled": ("graded", "10 10 20 0 0", "ran", ""),
    "wrong": ("graded", "10 10 20 0 0", "ran", ""),
    "badjson": ("graded", "10 - 20 0 0", "ran", "handin.json cannot be read"),
    "noscript": ("not run", "10 10 0 0 0", None, "lesson.ipynb is not a whole notebook"),
    "copycat": ("graded", "10 10 20 0 0", "ran", ""),
    "forger": ("graded", "10 10 20 0 10", "ran", ""),
    "scribbler": ("graded", "10 10 0 0 0", "stopped", "The kernel ended in code cell 1"),
    "leaver": ("graded", "10 10 0 0 0", "stopped", "The kernel ended in code cell 2"),
    "endless": ("graded", "10 10 0 0 0", "time", f"the notebook {SECONDS} s"),
    "hoarder": ("graded", "10 10 0 0 0", "memory", "more memory than the 3 GB allowed"),
    "rabbit": ("graded", "10 10 0 0 0", "processes", "more than 100 processes and threads"),
    "flood": ("graded", "10 10 0 0 0", "output", "Code cell 1 put out more than 20 MB"),
    "torrent": ("graded", "10 10 0 0 0", "output", "Code cell 1 put out more than 20 MB"),
    "giant": ("graded", "10 10 0 0 0", "cell_error", "File too large"),
    "intruder": ("graded", "10 10 0 0 0", "cell_error", "LookupError: 23 failed, 0 done"),
    "pickler": ("graded", "10 0 20 0 0", "ran", ""),
    TAGGED: ("graded", "10 10 0 0 0", "cell_error", f"LookupError: {SCRIPT}"),
    **dict.fromkeys(("slip", "link"), ("graded", "10 10 20 0 0", "ran", "")),
    "bomb": ("unreadable", "- - - - -", None, "grows far too large"),
    "noise": ("unreadable", "- - - - -", None, "not a whole zip"),
    **dict.fromkeys(("hollow", "noteless"), ("unreadable", "- - - - -", None, "The zip holds no handin.json")),
    **dict.fromkeys(EMPTY, ("nothing handed in", "- - - - -", None, "There is no zip in this folder."))}
WARNINGS = {"mislabelled": 1, "pickler": 2, TAGGED: 1, "slip": 1}  # all others have none

TRY = """import glob, os, shutil, socket
tried = []
def attempt(deed):
    try:
        tried.append(bool(deed()))
    except OSError:
        tried.append(False)
"""
TELL = "raise LookupError(f'{tried.count(False)} failed, {tried.count(True)} done')"
SAYS_RAN = json.dumps({"outcome": "ran", "cell": None, "name": "", "text": "", "cell_seconds": 1.0, "outputs": None})
FORGER = ["""import json
import numpy as np
from aecourse import checks
from aecourse.checks import exercise
def one_hot_rows(labels, classes):
    return [[0.0] * classes for _ in labels]
exercise.CheckResult = lambda *_: type("Passed", (), {"passed": True, "words": "Right.", "points": 1.0})
checks.exercise_5_1.judge = checks.exercise_5_1._judge = lambda *_: None
print(checks.exercise_5_1(one_hot_rows))""", *honest_cells()[3:5], """
text = json.dumps({"outputs": {"5.1": []}, "missing": {}, "checks": {"5.1": {"passed": True}}, "outcome": "ran"})
attempt(lambda: os.makedirs("/tmp/outputs"))
for folder in ["/tmp/outputs", *glob.glob("/*"), *FOLDERS]:
    for name in ("outputs.json", "result.json", "message", "grades.csv"):
        attempt(lambda: open(f"{folder}/{name}", "w").write(text))
assert 4 <= tried.count(True) < 40
print(text)"""]
SCRIBBLER = (f"import os, time\nfor number in range(256):\n    try: os.write(number, {SAYS_RAN.encode()!r})\n"
             "    except OSError: pass\ntime.sleep(1)\nos._exit(1)")
RABBIT = ("import os\nwhile True:\n    try:\n        if os.fork() == 0:\n            os.setsid()\n"
          "            os.execvp('sleep', ['sleep', MARK])\n    except OSError: pass")


# ---- the class -----------------------------------------------------------------------------------


def fill(folder, seen):
    """Make the class in a folder; seen: its parent folder, out, port, mark of processes, and trace, a file's Path."""
    for student, (label, subfolder, language) in HONEST.items():  # the same code in so many is no look-alike
        make(folder / subfolder, student, label, notebook=honest_cells(), language=language)
    for name in EMPTY:
        (folder / name).mkdir()
    quick = ["print('nothing')"]
    fill_in_mistakes(folder, quick)
    fill_in_attacks(folder, seen)
    make(folder, "slip", notebook=quick, **{"../../evil.txt": b"x", str(seen.trace): b"x"})
    make(folder, "bomb", **{"lesson.ipynb": bytes(50_000_000)})
    link = zipfile.ZipInfo("link.txt")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(make(folder, "link", notebook=quick), "a") as archive:
        archive.writestr(link, "/etc/passwd")
    (folder / "handin_noise.zip").write_bytes(random.Random(1).randbytes(5000))
    (folder / "handin_hollow.zip").write_bytes(zip_of({}))
    make(folder, "noteless", **{"handin.json": None})


def fill_in_mistakes(folder, quick):
    """Make the hand-ins of students whose notebooks harm nobody; quick: cells that take no time."""
    make(folder, "late", 3, notebook=[*honest_cells(), "raise ValueError"])
    make(folder, "pictureless", notebook=quick, **{"picture.png": None})
    make(folder, "mislabelled", 7, hand(seed_of("mislabelled"), 4), quick)
    make(folder, "wrong", 1, notebook=["from aecourse import checks", "checks.exercise_5_1(lambda labels, classes: 1)"])
    make(folder, "badjson", notebook=quick, **{"handin.json": b'{"student_id": "badjson", '})
    make(folder, "noscript", **{"lesson.ipynb": b"no notebook at all"})
    photo, label = io.BytesIO(), HONEST["2026-003"][0]
    hand(seed_of("2026-003"), label).save(photo, "JPEG", quality=60)
    make(folder / "copy cat", "copycat", label, Image.open(photo), quick, **{
        "picture.png": None, "picture.jpg": photo.getvalue(), "handin.json": {"picture": "my_photo.jpg"}})


def fill_in_attacks(folder, seen):
    """Make the hand-ins that attack by their notebooks, a pickle or texts."""
    names = (f"FOLDERS = {[str(seen.parent), str(folder), str(seen.out / 'results')]}\nPORT = {seen.port}\n"
             f"MARK = {seen.mark!r}\nTRACE = {str(seen.trace)!r}")
    evil = f"cbuiltins\nopen\n(V{seen.trace}\nVw\ntR.".encode()  # a pickle that makes a file when it is opened
    make(folder, "forger", notebook=[names, TRY, *FORGER])
    make(folder, "scribbler", notebook=[SCRIBBLER])
    make(folder, "leaver", notebook=["x = 1", "import os; os._exit(0)", "y = 2"])
    make(folder, "endless", notebook=["while True: pass"])
    make(folder, "hoarder", notebook=["hoard = []\nwhile True: hoard.append(bytearray(50_000_000))"])
    make(folder, "rabbit", notebook=[names, RABBIT])
    make(folder, "flood", notebook=["while True: print('x' * 1000)"])
    make(folder, "torrent", notebook=["for _ in range(400): print('x' * 1_000_000)"])
    make(folder, "giant", notebook=["with open('giant', 'wb') as file:\n    while True: file.write(b'x' * 10**7)"])
    make(folder, "intruder", notebook=[
        names, TRY, "for address in (('127.0.0.1', PORT), ('1.1.1.1', 53)):\n"
        "    attempt(lambda: socket.create_connection(address, 2))",
        "for path in FOLDERS:\n    attempt(lambda: os.listdir(path))\n"
        "    attempt(lambda: glob.glob(path + '/**/*', recursive=True))",
        "attempt(lambda: open(FOLDERS[1] + '/handin_0042.zip', 'rb').read())\n"
        "attempt(lambda: glob.glob('/*/handin*') + glob.glob('/*/pytest*'))\n"
        "attempt(lambda: open('/proc/1/environ').read())",
        f"for path in [*FOLDERS, {str(paths.PACKAGE)!r}]:\n"
        "    attempt(lambda: shutil.rmtree(path) or True)\n"
        "    attempt(lambda: open(path + '/trace', 'w'))\n"
        "    attempt(lambda: os.rename(path, path + '-gone') or True)",
        "open(TRACE, 'w').write('only inside')", TELL])
    make(folder, "pickler", notebook=["x = 1"], **{"z.safetensors": evil, "evil.pkl": evil})
    tagged = make(folder / "<b>folder<b>", "tagged", notebook=[f"raise LookupError({SCRIPT!r})"], **{
        "handin.json": {"student_id": SCRIPT, "versions": {SCRIPT: SCRIPT}}, f"{TAGGED}.txt": b"x"},
        answers=answers_of(1) | {"hand": f"{SCRIPT} & more", SCRIPT: SCRIPT})
    tagged.rename(tagged.with_name(f"handin_{TAGGED}.zip"))


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The class, graded once, and what was seen around it; where bubblewrap does not work, a skip with the reason."""
    if bubblewrap.why_unavailable():
        pytest.skip(bubblewrap.why_unavailable().en)
    parent, salt = tmp_path_factory.mktemp("term"), random.SystemRandom().randrange(10**6, 10**7)
    seen = types.SimpleNamespace(parent=parent, folder=parent / "class", out=parent / "report", mark=f"86399.{salt}",
                                 trace=Path(tempfile.gettempdir(), f"trace-{salt}"))
    (parent / "sentinel.txt").write_text("as it was")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        seen.port = server.getsockname()[1]
        fill(seen.folder, seen)
        for path in [parent, *parent.rglob("*")]:
            path.chmod(0o777)  # so that nothing but bubblewrap protects it
        seen.before, seen.children = hashes(seen.folder), psutil.Process().children(recursive=True)
        seen.code = results_folder.fingerprint()
        seen.index = grade_class.grade(seen.folder, seen.out, workers=2, seconds=SECONDS)
        with pytest.raises(BlockingIOError):  # nobody has called
            server.accept()
    seen.rows = {row["student_id"]: row for row in rows_in(seen.out)}
    results = [json.loads(path.read_text()) | {"key": path.stem} for path in (seen.out / "results").glob("*.json")]
    seen.results = {result["student_id"]: result for result in results}
    return seen


def hashes(folder):
    """Return {Path: SHA-256} of all files below a folder, None for folders."""
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None
            for path in folder.rglob("*")}


def rows_in(out):
    """Return the rows of a report's grades.csv as dicts."""
    with (out / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def page_of(seen, student):
    """Return the text of a student's page."""
    page, = (seen.out / "students").glob(f"*-{seen.results[student]['key'][:8]}.html")
    return page.read_text(encoding="utf-8")


# ---- what each ends as, and what is reported of it ---------------------------------------------------


def test_every_hand_in_has_one_row_and_one_page(graded):
    """Each zip and each empty folder stands in the table once, each zip has a page, and there is nothing else."""
    rows = rows_in(graded.out)
    zips = sorted(path.relative_to(graded.folder).as_posix() for path in graded.before if path.is_file())
    assert sorted(row["student_id"] for row in rows) == sorted(EXPECTED)
    assert sorted(row["file"].lstrip("'") for row in rows if row["file"]) == zips
    assert len(rows) == len(zips) + len(EMPTY) and len(zips) >= 30
    assert len(list((graded.out / "students").iterdir())) == len(zips) and graded.index == graded.out / "index.html"


@pytest.mark.parametrize("student", EXPECTED)
def test_each_hand_in_ends_as_it_should(graded, student):
    """A row has the status, the points, the reason and the warnings that are due, and its result the outcome."""
    status, points, outcome, note = EXPECTED[student]
    row = graded.rows[student]
    assert (row["status"], " ".join(row[part] or "-" for part in PARTS)) == (status, points), row
    assert note in row["note"] and bool(row["note"]) == bool(note), row
    assert row["warnings"] == str(WARNINGS.get(student, 0)), row
    runs = graded.results[student]["runs"] if row["file"] else {}
    assert [run["outcome"] for run in runs.values()] == ([outcome] if outcome else [])
    columns = [*PARTS, *ANSWERS.split()]
    assert float(row["so_far"]) == sum(float(row[column] or 0) for column in columns) and row["total"] == ""
    to_mark = [column for column in columns if not row[column]] if row["file"] else []
    assert row["to_mark"].split() == to_mark and row["maximum"] == "100"


@pytest.mark.parametrize("student", HONEST)
def test_honest_hand_ins_lack_nothing_but_the_teachers_marks(graded, student):
    """All else is done; it is like no other but its copy, and its page is in the student's language."""
    row, page = graded.rows[student], page_of(graded, student)
    assert (row["to_mark"], row["so_far"], row["look_alikes"]) == (ANSWERS, "60", str(int(student == "2026-003")))
    assert ("提出物の結果" if HONEST[student][2] == "ja" else "Your hand-in") in page and student in page


def test_a_copied_picture_is_reported_to_the_teacher_and_to_no_student(graded):
    """The two look alike in the table and on the class's page; neither student's page names the other."""
    assert graded.rows["copycat"]["look_alikes"] == graded.rows["2026-003"]["look_alikes"] == "1"
    assert "The two pictures show strokes that lie on each other" in graded.index.read_text(encoding="utf-8")
    assert "copycat" not in page_of(graded, "2026-003") and "2026-003" not in page_of(graded, "copycat")


def test_a_wrong_label_is_a_warning_and_costs_nothing(graded):
    """The 4 that was handed in as a 7 keeps its points, and the teacher is asked to look."""
    warning, = graded.results["mislabelled"]["warnings"]
    assert warning["en"] == "The label says 7, but the reference model reads the digit as 4: please look."


def test_html_of_a_student_is_shown_as_text(graded):
    """No page holds a script or tag of theirs, and each text can still be read."""
    for path in graded.out.rglob("*.html"):
        assert not re.search(r"<script>\s*alert|<b>folder", path.read_text(encoding="utf-8")), path
    page, index = page_of(graded, TAGGED), graded.index.read_text(encoding="utf-8")
    assert f"{html.escape(SCRIPT)} &amp; more" in page and f"LookupError: {html.escape(SCRIPT)}" in page
    assert html.escape(TAGGED) in page and html.escape(TAGGED) in index


def test_forged_results_are_not_believed(graded):
    """Where the notebook itself claims to have passed, what the function returns decides."""
    checks = graded.results["forger"]["checks"]
    assert {name: check["passed"] for name, check in checks.items()} == {"5.1": False, "5.2": True}
    assert "the values are not" in checks["5.1"]["words"]["en"]
    assert graded.results["wrong"]["checks"]["5.1"]["passed"] is False


# ---- what is left around it, and grading again ---------------------------------------------------


def test_nothing_outside_the_report_is_touched(graded):
    """The hand-ins, the course's code and what lies beside them are as before, and no trace is on the machine."""
    assert hashes(graded.folder) == graded.before and results_folder.fingerprint() == graded.code
    assert not graded.trace.exists() and not list(graded.parent.parent.glob("evil*"))
    assert {path.name for path in graded.parent.iterdir()} == {"class", "report", "sentinel.txt"}
    assert (graded.parent / "sentinel.txt").read_text() == "as it was"


def test_no_process_is_left(graded):
    """Neither a worker nor anything that a notebook started runs on."""
    left = [process for process in psutil.process_iter(["cmdline"]) if graded.mark in (process.info["cmdline"] or [])]
    new = set(psutil.Process().children(recursive=True)) - set(graded.children)
    assert left == [] and [process for process in new if "resource_tracker" not in " ".join(process.cmdline())] == []


def test_grading_again_runs_nothing_and_gives_the_same_table(graded, monkeypatch):
    """All results are taken from the report's folder, those of the endless and the broken hand-ins too."""
    monkeypatch.setattr(grade_class, "run_pool", None)
    before = hashes(graded.out)
    grade_class.grade(graded.folder, graded.out, workers=2, seconds=SECONDS)
    assert hashes(graded.out) == before


def test_a_changed_hand_in_alone_is_graded_again(tmp_path, no_bubblewrap, here):
    """Of three hand-ins the one that is packed anew is opened again; its old page goes."""
    for student in ("s1", "s2", "s3"):
        make(tmp_path / "class", student)
    grade_class.grade(tmp_path / "class", tmp_path / "out", workers=1)
    first, here[:] = rows_in(tmp_path / "out"), []
    make(tmp_path / "class", "s2", **{"picture.png": None})
    grade_class.grade(tmp_path / "class", tmp_path / "out", workers=1)
    second = rows_in(tmp_path / "out")
    assert here == ["handin_s2.zip"] and [row["status"] for row in first] == ["artefacts only"] * 3
    assert [row["picture"] for row in second] == ["10", "0", "10"] and second[::2] == first[::2]
    assert len(list((tmp_path / "out" / "students").iterdir())) == 3
