"""Check: whether all that an index holds agrees, and the repair of what does not."""

from __future__ import annotations

from dataclasses import dataclass

from qa.changes import GROUP, text_to_embed
from qa.encoder import Encoder
from qa.store import Store


@dataclass(frozen=True)
class Check:
    """What was wrong with an index: what stays so, for which it has to be built again, and what was repaired."""

    problems: tuple[str, ...]
    repaired: tuple[str, ...]


def check_store(store: Store, encoder: Encoder) -> Check:
    """Verifies the store; makes keywords and embeddings again that do not go with the texts.

    An embedding that is no unit vector of the encoder's dimension is made again from its text.
    """
    problems = store.problems()
    repaired = []
    if not store.keywords.agree():
        with store.change():
            store.keywords.rebuild()
        repaired.append("the keyword index did not agree with the passages; it was made again")
    bad = store.bad_embeddings(encoder.dimension)
    for begin in range(0, len(bad), GROUP):
        with store.change():
            found = store.passages(bad[begin : begin + GROUP])
            texts = [text_to_embed(passage, document) for passage, document in found.values()]
            store.replace_embeddings(list(found), encoder.passage_embed(texts))
    if bad:
        repaired.append(f"{len(bad)} passages had no valid vector; they were encoded again")
    return Check(tuple(problems), tuple(repaired))
