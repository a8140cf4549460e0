"""Dropout drops as many values as it is told to, and what is kept is scaled so that the mean stays."""

from __future__ import annotations

import pytest
import torch

from qa.training.dropout import Dropout, with_quick_dropout


@pytest.mark.parametrize("p", [0.1, 0.5])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_share_and_the_mean_are_right(p: float, dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    values = torch.ones(1001, 333, dtype=dtype)
    dropped = Dropout(p)(values)
    assert dropped.dtype == dtype
    assert (dropped == 0).float().mean().item() == pytest.approx(p, abs=0.005)
    assert dropped.float().mean().item() == pytest.approx(1.0, abs=0.01)
    assert set(dropped.unique().tolist()) == {0.0, dropped.max().item()}


def test_gradients_flow_through_what_was_kept() -> None:
    values = torch.ones(5000, requires_grad=True)
    dropped = Dropout(0.3)(values)
    dropped.sum().backward()
    assert torch.equal(values.grad, dropped.detach())


def test_each_call_draws_anew_and_a_seed_repeats_it() -> None:
    dropout, values = Dropout(0.2), torch.ones(100)
    torch.manual_seed(3)
    one, other = dropout(values), dropout(values)
    torch.manual_seed(3)
    assert torch.equal(one, dropout(values))
    assert not torch.equal(one, other)


def test_in_use_nothing_is_dropped() -> None:
    values = torch.ones(100)
    assert Dropout(0.0)(values) is values
    assert Dropout(0.5).eval()(values) is values


def test_a_model_gets_it_in_the_place_of_the_usual_one() -> None:
    model = torch.nn.Sequential(
        torch.nn.Dropout(0.1), torch.nn.Sequential(torch.nn.Dropout(0.0), torch.nn.Dropout(0.2))
    )
    with_quick_dropout(model)
    assert isinstance(model[0], Dropout)
    assert isinstance(model[1][0], torch.nn.Dropout)
    assert model[1][1].p == 0.2
