"""Span search: from start and end logits to the best spans, in tokens.

Start and end are chosen together, so that an end never stands before its start and no span grows longer than
allowed (Devlin et al. 2018, section 4.2). Only arrays: what the tokens stand for is the reader's business.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def best_spans(
    start: np.ndarray, end: np.ndarray, *, top_k: int, max_tokens: int, parts: np.ndarray | None = None
) -> list[tuple[int, int, float]]:
    """The `top_k` best (first token, last token, start logit + end logit), best first, both ends inside.

    `start` and `end` have shape (tokens,); a token with -inf neither starts nor ends a span. A span holds at
    most `max_tokens` tokens, and all of one part where `parts`, an ascending integer array (tokens,), is given.
    Equal scores: the earlier, then the shorter span first.
    """
    if not len(start):
        return []
    longest = min(max_tokens, len(start))
    ends = np.concatenate([end, np.full(longest - 1, -np.inf, dtype=end.dtype)])
    table = start[:, None] + sliding_window_view(ends, longest)  # one row a start, one column a length
    if parts is not None:
        ends_in = np.concatenate([parts, np.full(longest - 1, -1, dtype=parts.dtype)])
        table = np.where(sliding_window_view(ends_in, longest) == parts[:, None], table, -np.inf)
    scores = table.ravel()
    kept = min(top_k, len(scores))
    # A full sort of tokens x lengths would cost more than the rest of the search; sort the winners only.
    least = np.partition(scores, len(scores) - kept)[len(scores) - kept]
    winners = np.flatnonzero((scores >= least) & np.isfinite(scores))
    winners = winners[np.argsort(-scores[winners], kind="stable")][:kept]
    return [(int(i // longest), int(i // longest + i % longest), float(scores[i])) for i in winners]
