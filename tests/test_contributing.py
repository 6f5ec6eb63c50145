"""CONTRIBUTING: its map is drawn from the code, and every command and path in it exists."""

import re

import pytest

import course
from tools import ROOT, draw_map

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PROSE = re.sub(r"<!-- map -->.*<!-- /map -->", "", TEXT, flags=re.DOTALL)


def test_the_map_is_drawn_from_the_code():
    assert draw_map.MAP.search(TEXT), "the map's two marks are there"
    assert draw_map.fill(TEXT) == TEXT, "run python -m tools.draw_map"


@pytest.mark.parametrize("package", ["aecourse", "aegrading", "aecourse/checks", "aegrading/sandbox"])
def test_every_module_stands_on_one_floor(package):
    floors = draw_map.floors(package.replace("/", "."))
    modules = {path.stem for path in draw_map.modules_of(ROOT / package)} - {"__main__"}
    assert modules and modules <= set().union(*floors)
    assert sum(map(len, floors)) == len(set().union(*floors))


def test_a_module_that_does_not_say_what_it_is_for_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(draw_map, "ROOT", tmp_path)
    (tmp_path / "silent.py").write_text("x = 1\n")
    with pytest.raises(ValueError, match="silent.py"):
        draw_map.purpose(tmp_path / "silent.py")


def test_commands_and_tools_exist():
    assert set(re.findall(r"course\.py (\w+)", PROSE)) <= set(course.COMMANDS)
    tools = set(re.findall(r"-m tools\.(\w+)", PROSE))
    assert tools and all((ROOT / "tools" / f"{name}.py").is_file() for name in tools)


def test_paths_exist():
    paths = re.findall(r"`((?:aecourse|aegrading|tools|tests|notebooks|figures|data|benchmarks)/[\w./]*)`", PROSE)
    made_up = {"notebooks/source/NN_name.py", "figures/name.svg"}
    missing = [path for path in paths if path not in made_up and not (ROOT / path).exists()]
    assert len(paths) > 8 and not missing
