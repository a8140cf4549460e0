"""Follow-ups: how honest the confidence of a follow-up is, and how often one without an answer is refused.

    PYTHONPATH=. python benchmarks/followups.py squad_v2_dev_b.json.xz --limit 2000

CoQA's turns all have an answer. Here the questions of a SQuAD 2.0 file are asked as follow-ups instead, with pronouns
for what other questions on the same paragraph, asked before, spoke of (`qa.training.history.leaning`); the paragraph
is given. Turns of conversations, JSON lines as for `python -m qa train --turns`, are asked as they are. Prints one
line of JSON: answered and refused in percent at the threshold, F1 with a refusal as the official metric counts it, and
the calibration error in 15 bins.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from random import Random

from qa.assistant import calibration_of
from qa.dialogues import TOGETHER, answered
from qa.metrics import calibration_error, exact_match, f1
from qa.questions import is_lines
from qa.reader import Reader
from qa.squad import read_squad
from qa.training.calibrate import conversed, follow_ups
from qa.training.turns import read_turns


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", help="SQuAD 2.0 file, or conversations, that nothing was trained on or fitted to")
    parser.add_argument("--reader", help="folder of a reader (default: the shipped one)")
    parser.add_argument("--limit", type=int, default=1000, help="follow-ups, drawn at random (default: 1000)")
    options = parser.parse_args()
    reader = Reader.open(options.reader)
    calibration = calibration_of(reader)
    conversations = is_lines(Path(options.file))
    asked = conversed(read_turns(options.file)) if conversations else follow_ups(read_squad(options.file))
    asked = Random(0).sample(asked, min(options.limit, len(asked)))
    scores, right, confidences, given, refused = [], [], [], [], []
    for begin in range(0, len(asked), TOGETHER):
        part = asked[begin : begin + TOGETHER]
        found = answered([row for _, row in part], reader, calibration, threshold=None)
        for (question, _), (answer, _) in zip(part, found, strict=True):
            scores.append(f1(answer.text, question.answers))
            right.append(exact_match(answer.text, question.answers))
            confidences.append(answer.confidence)
            (refused if question.impossible else given).append(answer.text is None)
    figures = {
        "follow_ups": len(asked),
        "with_answer": len(given),
        "answered": 100 - 100 * sum(given) / len(given) if given else None,
        "refused": 100 * sum(refused) / len(refused) if refused else None,
        "f1": 100 * sum(scores) / len(scores),
        "calibration_error": calibration_error(confidences, right),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
