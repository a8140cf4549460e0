"""Export: a trained reader to the int8 ONNX folder that `Reader.open` runs without torch.

Takes any checkpoint that AutoModelForQuestionAnswering loads, quantises it, and compares the two: how often
both choose the same span, how far their scores lie apart, and F1 where the texts come with answers.
"""

from __future__ import annotations

import argparse
import shutil
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from qa.metrics import f1
from qa.network import ONNX_FILE, Opened, TorchNetwork, open_network
from qa.quantise import quantise
from qa.reader import SHIPPED, Reader
from qa.squad import Question, read_squad
from qa.windows import Windows, pad

SAMPLES = 256  # questions that the ranges of activations are measured on
_LEAST_SAME = 0.5  # less means that something broke, not that int8 is coarse

# What the model is tried on where no file is given: few, but of the kinds that readers meet.
BUILT_IN = tuple(
    Question(id=str(number), question=question, context=context, answers=(answer,))
    for number, (question, answer, context) in enumerate(
        [
            (
                "Who opened the new harbour?",
                "Ingrid Solberg",
                "The new harbour was opened on Monday by the transport minister, Ingrid Solberg, two years later than "
                "planned. It cost 412 million kroner, about a fifth more than the council had been promised in 2016.",
            ),
            (
                "how much did the harbour cost",
                "412 million kroner",
                "Work on the harbour took nine years. It cost 412 million kroner and gave work to 300 people.",
            ),
            (
                "Where do the swifts spend the winter?",
                "south of the Sahara",
                "Swifts reach the village in the first week of May and leave it in August. They spend the winter south "
                "of the Sahara, and many of them never touch the ground in between.",
            ),
            (
                "What did the spokesman say had been found?",
                "two letters and a map",
                '"We have found two letters and a map," the spokesman told reporters, adding that nothing else of '
                "value was left in the house after the fire of 1893. (Photo: city archive)",
            ),
            (
                "When was the treaty signed?",
                "3 June 1721",
                "The war ended in exhaustion. The treaty was signed on 3 June 1721 in a mill outside the town, and "
                "both sides claimed to have won; the border has not moved since.",
            ),
            (
                "Which metal is used in the blades?",
                "titanium",
                "The blades are made of titanium, which is lighter than steel and does not rust in salt water; the "
                "hub, however, is cast iron, because weight there does no harm.",
            ),
            (
                "why did the team lose",
                "its goalkeeper was sent off",
                "The team lost 3-1 because its goalkeeper was sent off after twelve minutes. The coach refused to "
                "speak of bad luck, and said that he would resign in the summer.",
            ),
            (
                "What must be switched off first?",
                "the pump",
                "To change the filter, switch off the pump first, then close both valves. Wait ten minutes: the water "
                "in the pipe is at 80 °C. Never open the lid while the red lamp is on.",
            ),
        ]
    )
)


@dataclass(frozen=True)
class Check:
    """How the int8 model compares with the fp32 model."""

    questions: int
    same: float  # share of questions with the same best span
    score_difference: float  # the largest, of any best span (both chose) or null score: a sum of two logits
    f1: tuple[float, float]  # of the best span, fp32 and int8, in percent, over questions with an answer
    megabytes: float

    def __str__(self) -> str:
        return (
            f"the same best span for {self.same:.1%} of {self.questions} questions, scores at most "
            f"{self.score_difference:.2f} apart, F1 {self.f1[0]:.2f} in fp32 and {self.f1[1]:.2f} in int8, "
            f"{self.megabytes:.1f} MB"
        )


def export(
    checkpoint: str | Path,
    out: str | Path,
    *,
    samples: Sequence[Question] = BUILT_IN,
    texts: Sequence[Question] = BUILT_IN,
) -> Check:
    """Writes the checkpoint as int8 ONNX into the folder `out`, ranges measured on `samples`, tried on `texts`.

    Raises ValueError for what has no trained head or does not survive; `out` is then left as it was.
    """
    opened = open_network(checkpoint)
    if not isinstance(opened.network, TorchNetwork):
        raise ValueError(f"{checkpoint} is exported already: give the folder that training wrote")
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        exact, made = Path(folder) / "fp32.onnx", Path(folder) / "made"
        made.mkdir()
        _write_fp32(opened, exact)
        windows = Windows(opened.tokenizer).cut([(each.question, each.context) for each in samples])
        quantise(exact, made / ONNX_FILE, (pad([window], pad_id=opened.pad_id) for window in windows))
        opened.network.model.config.save_pretrained(made)
        opened.tokenizer.save(str(made / "tokenizer.json"))
        check = compare(Reader(opened, str(checkpoint)), Reader.open(made), texts, made / ONNX_FILE)
        if check.same < _LEAST_SAME:
            raise ValueError(f"int8 spoils this model, nothing was written: {check}")
        _write_card(Path(checkpoint), made, check)
        for file in made.iterdir():
            shutil.move(str(file), str(out / file.name))
    return check


def compare(exact: Reader, rounded: Reader, texts: Sequence[Question], file: Path) -> Check:
    """Reads the texts with both."""
    pairs = [(each.question, each.context) for each in texts]
    ours, theirs = exact.read(pairs, top_k=1), rounded.read(pairs, top_k=1)
    same, difference = 0, 0.0
    scores: tuple[list[float], list[float]] = ([], [])
    for question, one, other in zip(texts, ours, theirs, strict=True):
        difference = max(difference, abs(one.null_score - other.null_score))
        places = [tuple((span.start, span.end) for span in reading.spans) for reading in (one, other)]
        if places[0] == places[1]:
            same += 1
            difference = max(
                [difference, *(abs(a.score - b.score) for a, b in zip(one.spans, other.spans, strict=True))]
            )
        if question.answers:
            for column, reading in zip(scores, (one, other), strict=True):
                column.append(f1(reading.spans[0].text if reading.spans else None, question.answers))
    means = [100 * sum(column) / len(column) if column else 0.0 for column in scores]
    return Check(len(texts), same / len(texts), difference, (means[0], means[1]), file.stat().st_size / 1e6)


def _write_fp32(opened: Opened, path: Path) -> None:
    import torch

    class Logits(torch.nn.Module):
        def __init__(self, model: Any, names: Sequence[str]) -> None:
            super().__init__()
            self.model = model
            self.names = names

        def forward(self, *tensors: Any) -> tuple[Any, Any]:
            output = self.model(**dict(zip(self.names, tensors, strict=True)))
            return output.start_logits, output.end_logits

    network: Any = opened.network
    names = network.input_names
    network.model.set_attn_implementation("eager")  # the fused kinds do not trace into plain matrix products
    windows = Windows(opened.tokenizer).cut([(each.question, each.context) for each in BUILT_IN[:2]])
    arrays = pad(windows, pad_id=opened.pad_id)
    outputs = ["start_logits", "end_logits"]
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")  # tracing warns about lines that lengths do not depend on
        torch.onnx.export(
            Logits(network.model, names).eval(),
            tuple(torch.from_numpy(arrays[name]) for name in names),
            str(path),
            input_names=list(names),
            output_names=outputs,
            dynamic_axes={name: {0: "windows", 1: "tokens"} for name in [*names, *outputs]},
            opset_version=17,
            dynamo=False,
        )


def _write_card(checkpoint: Path, made: Path, check: Check) -> None:
    """The checkpoint's own card, if it has one, and what was measured here."""
    card = checkpoint / "README.md"
    text = card.read_text(encoding="utf-8") if card.is_file() else f"# {checkpoint.name}\n"
    text += f"\n## As int8\n\nExported by `python -m qa export`; against the fp32 model: {check}.\n"
    (made / "README.md").write_text(text, encoding="utf-8")


def add_export_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("checkpoint", metavar="DIR", help="folder of a trained reader, as training writes it")
    parser.add_argument("--out", default=SHIPPED, help="folder to write (default: the shipped reader's)")
    parser.add_argument(
        "--samples", metavar="FILE", help="SQuAD-format file to measure ranges on (default: a few texts within)"
    )
    parser.add_argument(
        "--texts", metavar="FILE", help="SQuAD-format file to compare fp32 and int8 on (default: a few texts within)"
    )
    parser.add_argument("--limit", type=int, default=200, help="questions of --texts to read (default: 200)")


def run_export(args: argparse.Namespace) -> int:
    samples = BUILT_IN if args.samples is None else _spread(read_squad(args.samples), SAMPLES)
    texts = BUILT_IN if args.texts is None else _spread(read_squad(args.texts), args.limit)
    print(f"{args.out}: {export(args.checkpoint, args.out, samples=samples, texts=texts)}")
    return 0


def _spread(questions: Sequence[Question], count: int) -> Sequence[Question]:
    """At most `count` of the questions, from all over the file: neighbours ask about the same paragraph."""
    return questions[:: max(1, len(questions) // count)][:count]
