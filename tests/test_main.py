"""The command `aecourse grade` hands on to aegrading, which the students' copy lacks."""

from aecourse import __main__


def test_the_command_is_handed_on_to_the_grader(tmp_path, capsys):
    assert __main__.main(["grade", str(tmp_path / "none"), "--out", str(tmp_path / "report")]) == 2
    assert "There is no folder" in capsys.readouterr().err


def test_the_students_copy_says_that_it_cannot_grade(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(__main__.importlib.util, "find_spec", lambda name: None)
    assert __main__.main(["grade", str(tmp_path), "--out", str(tmp_path / "report")]) == 2
    assert "students' copy" in capsys.readouterr().err
