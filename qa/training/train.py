"""Train: fine-tunes a span reader on questions in a given order, able to be killed at any moment.

Warm-up, a constant learning rate, then a linear cool-down to zero (Hu et al. 2024, MiniCPM, section 4). Unlike with
a decay that starts at once, the constant part can be left early when the time allowed is nearly up, and the result
is still a finished model. A moving average of the weights is what is saved (Polyak & Juditsky 1992).

On a CPU the time goes into memory, not arithmetic: bf16, eager attention, a fused optimiser, batches of like length,
and dropout from few random numbers make it several times faster, on some machines jemalloc as well (see
docs/models.md); beside other busy processes `OMP_WAIT_POLICY=passive` helps.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from qa.training.features import Feature, batches, collate, featurise, padded
from qa.training.lessons import lesson, taught_on
from qa.training.mixture import Mixed
from qa.training.run import Run, Settings
from qa.windows import Windows

log = logging.getLogger(__name__)
CHECKPOINT = "checkpoint.pt"
_KNOWN = 200_000  # tokens after which the speed is known well enough to plan with
_RECENT = 200  # steps that the speed is measured over


def rate(step: int, *, steps: int, cooldown: int, warm_up: int) -> float:
    """The factor on the learning rate at `step` of `steps`: 0 to 1, 1, and from `cooldown` on linearly to 0."""
    if step < min(warm_up, cooldown):
        return (step + 1) / warm_up
    return 1.0 if step < cooldown else (steps - step) / (steps - cooldown)


def train(
    mixed: Mixed,
    out: str | Path,
    settings: Settings,
    *,
    resume: bool = False,
    checkpoint_minutes: float = 5.0,
    max_minutes: float | None = None,
    on_checkpoint: Callable[[Path, int], None] | None = None,
    stop_after: int | None = None,
    progress: bool = False,
) -> Path:
    """Trains on the questions in their order and saves the averaged model into the folder `out`, which it returns.

    Every `checkpoint_minutes` the whole state goes to `out/checkpoint.pt`; with `resume` a run continues from there
    and ends with the same weights, to the bit on a CPU, as one never interrupted. When `max_minutes` are about to
    be too few, the constant part is left for the cool-down; that, unlike all else, hangs on the clock.
    The averaged model so far goes to `out/average` each time, so that what was stopped for good can be used too, and
    `on_checkpoint(folder, step)` is given it. At step `stop_after` it stops as if killed.
    Raises ValueError for no questions, or when `resume` finds a checkpoint of other questions or settings.
    """
    from tqdm import tqdm

    if not mixed.questions:
        raise ValueError("no questions to train on: give files that have some")
    started = time.monotonic()
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    run = Run(settings)
    plan = _Plan.of(mixed, run.tokenizer, settings)
    log.info("%d steps, cool-down from %d, %d padded tokens", plan.steps, plan.cooldown, plan.tokens_from[0])
    fingerprint = _fingerprint(mixed, settings)
    if resume and (out / CHECKPOINT).exists():
        run.restore(out / CHECKPOINT, fingerprint)
        log.info("resumed at step %d", run.step)

    saved = time.monotonic()
    learnt = 0  # padded tokens
    pace = deque([(saved, 0)], maxlen=_RECENT)  # when how many were learnt: the machine may be shared
    losses: list[float] = []
    bar = tqdm(total=plan.tokens_from[run.step], unit="tok", unit_scale=True, disable=not progress)
    while run.step < plan.steps:
        now = time.monotonic()
        speed = (learnt - pace[0][1]) / max(now - pace[0][0], 1e-6)  # clocks can be coarse
        pace.append((now, learnt))
        if max_minutes is not None and run.step < plan.cooldown and learnt > _KNOWN:
            left = max_minutes * 60 - (now - started)
            if plan.tokens_from[plan.cooldown] / speed > left:
                log.warning("time is short: cool-down at step %d instead of %d", run.step, plan.cooldown)
                bar.total -= plan.tokens_from[run.step] - plan.tokens_from[plan.cooldown]
                run.step = plan.cooldown
        step = run.step
        factor = rate(
            step, steps=plan.steps, cooldown=plan.cooldown, warm_up=max(1, int(settings.warm_up * plan.steps))
        )
        losses.append(run.learn(plan.arrays(step), factor))
        size = plan.tokens_from[step] - plan.tokens_from[step + 1]
        learnt += size
        bar.update(size)
        if run.step % 50 == 0 or run.step == plan.steps:
            loss = sum(losses) / len(losses)
            bar.set_postfix(loss=f"{loss:.3f}", refresh=False)
            log.info("step %d of %d, loss %.3f, %.0f tokens a second", run.step, plan.steps, loss, speed)
            losses.clear()
        if run.step == stop_after:
            run.save(out / CHECKPOINT, fingerprint)
            return out
        if time.monotonic() - saved > checkpoint_minutes * 60:
            run.save(out / CHECKPOINT, fingerprint)
            folder = run.save_average(out / "average")
            if on_checkpoint is not None:
                on_checkpoint(folder, run.step)
            saved = time.monotonic()
    bar.close()
    run.save(out / CHECKPOINT, fingerprint)
    return run.save_average(out)


@dataclass(frozen=True)
class _Plan:
    """The batches of a run in order, and how much there is to do from each on."""

    features: list[list[Feature]]  # of every question
    batches: list[list[tuple[int, int]]]  # (question, window) numbers
    cooldown: int  # the first batch of the cool-down
    tokens_from: list[int]  # padded tokens from a batch to the end; one more than there are batches
    pad_id: int
    read: list[list[Feature | None]]  # by the teacher in place of `features`; empty without one

    @classmethod
    def of(cls, mixed: Mixed, tokenizer: Any, settings: Settings) -> _Plan:
        windows = Windows(tokenizer.backend_tokenizer)
        features = featurise(mixed.questions, windows)
        main = batches(features[: mixed.cooldown], settings.batch_size, settings.seed)
        last = batches(features[mixed.cooldown :], settings.batch_size, settings.seed + 1)
        ordered = main + [[(q + mixed.cooldown, w) for q, w in batch] for batch in last]
        tokens_from = [0]
        for batch in reversed(ordered):
            size = padded(max(len(features[q][w].ids) for q, w in batch)) * len(batch)
            tokens_from.append(tokens_from[-1] + size)
        read = [] if settings.teacher is None else taught_on(mixed.questions, features, mixed.meant, windows)
        return cls(features, ordered, len(main), tokens_from[::-1], tokenizer.pad_token_id, read)

    @property
    def steps(self) -> int:
        return len(self.batches)

    def arrays(self, step: int) -> dict[str, Any]:
        batch = self.batches[step]
        features = [self.features[q][w] for q, w in batch]
        arrays = collate(features, pad_id=self.pad_id)
        if self.read:
            arrays |= lesson(features, [self.read[q][w] for q, w in batch], pad_id=self.pad_id)
        return arrays


def _fingerprint(mixed: Mixed, settings: Settings) -> str:
    shape = [asdict(settings), mixed.cooldown, sorted(mixed.meant.items())]
    digest = hashlib.sha256(json.dumps(shape, sort_keys=True).encode())
    for question in mixed.questions:
        digest.update(
            repr((question.question, question.context, question.answers, question.starts)).encode("utf-8", "replace")
        )
    return digest.hexdigest()
