"""Fixtures: a separate cargo home for each test."""

import homes
import pytest


@pytest.fixture
def home(tmp_path, program):
    return homes.Home(tmp_path, program)
