"""Training of the reader: data mixture, augmentation, fine-tuning, distillation and averaging.

Nothing here is needed to answer questions. The parts, each standing on those before it: `joining` (single sentences
back into their texts), `augment`, `swaps` and `history` (new questions from given ones), `turns` (of conversations),
`mixture` (which questions, in which order), `features` (token ids and batches), `lessons` (a teacher's), `run` (the
model and its steps), `train` (the loop), `average`, `judge` (scores on dev files), `card`, `commands` (the
command line).
"""

from qa.training.commands import add_train_arguments, run_train

__all__ = ["add_train_arguments", "run_train"]
