"""What pytest needs to know."""

from __future__ import annotations

import unittest

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """
    Run trial's test cases before the coroutines of pytest-twisted.

    Both run the reactor: trial starts and stops it for every test, pytest-twisted
    starts it once and keeps it running.
    """
    items.sort(key=lambda item: not issubclass(getattr(item, "cls", None) or object, unittest.TestCase))
