"""Fixtures: a separate home for each test."""

import pytest
from shells import Home


@pytest.fixture
def home(tmp_path, program):
    return Home(tmp_path, program)
