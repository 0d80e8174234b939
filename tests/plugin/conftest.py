"""Fixtures: a program to be a provider."""

import pytest

from plugin_provider import Provider


@pytest.fixture
def provider(tmp_path):
    return Provider(tmp_path)
