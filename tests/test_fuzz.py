"""A small run of the fuzzer, in which nothing may crash and every offset is exact."""

import pytest
from fuzz import TARGETS
from hypothesis import HealthCheck, settings


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.__name__)
def test_fuzz(target):
    settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))(target)()
