"""Pictures of measures: which are drawn, and that they show the numbers given."""

import re
import subprocess
import sys

import pytest
from PIL import Image
from test_outcomes import OUTCOMES

from qa.outcomes import summarise
from qa.plots import draw, ready

ANSWERED = {"mode": "reader", "questions": 5, **summarise(OUTCOMES)}
FOUND = {"mode": "retrieval", "questions": 5, "answer_recall@1": 60.0, "answer_recall@8": 81.25, "answer_mrr": 70.0}


def test_what_was_answered_and_what_was_found(tmp_path):
    names = {file.stem for file in draw(ANSWERED, tmp_path / "a" / "b")}
    assert names == {"reliability", "risk-coverage"}
    assert {file.name for file in draw(FOUND, tmp_path)} == {"recall.png", "recall.svg"}
    assert len(draw({**ANSWERED, **FOUND}, tmp_path)) == 6
    assert draw({"mode": "conversation", "questions": 3}, tmp_path) == []


def test_pictures_can_be_read_and_are_not_empty(tmp_path):
    for file in draw({**ANSWERED, **FOUND}, tmp_path):
        if file.suffix == ".png":
            with Image.open(file) as image:
                assert min(image.size) > 500
                assert len(image.convert("RGB").getcolors(1 << 24)) > 50
        else:
            assert "<svg" in file.read_text(encoding="utf-8")


def test_equal_numbers_give_equal_files_and_other_numbers_others(tmp_path):
    one, again = draw(FOUND, tmp_path / "one"), draw(FOUND, tmp_path / "again")
    other = draw({**FOUND, "answer_recall@8": 99.0}, tmp_path / "other")
    for file, same, different in zip(one, again, other, strict=True):
        assert file.read_bytes() == same.read_bytes()
        assert file.read_bytes() != different.read_bytes()


def test_refusals_are_drawn_only_where_there_are_some(tmp_path):
    def colours(outcomes):
        drawn = draw({"mode": "reader", "questions": 5, **summarise(outcomes)}, tmp_path)
        [svg] = [file for file in drawn if file.name == "reliability.svg"]
        return set(re.findall(r"fill: (#\w{6})", svg.read_text(encoding="utf-8")))

    assert "#d1690e" in colours(OUTCOMES)
    assert "#d1690e" not in colours([outcome for outcome in OUTCOMES if outcome.answer.text is not None])


def test_a_file_in_the_way_is_told_before_anything_is_measured(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(ValueError, match=r"taken.*expected a folder"):
        ready(tmp_path / "taken")


def test_matplotlib_is_not_imported_before_something_is_drawn():
    code = "import sys, qa.cli, qa.evaluation, qa.plots; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
