"""The documentation says what is true."""

from __future__ import annotations

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

import loqui
from loqui.chat.commands import COMMANDS
from tests.print_commands import page

DOCS = Path(loqui.__file__).parent.parent / "docs"


class CommandsPageTests(SynchronousTestCase):
    """C{docs/commands.rst}."""

    def test_isPrintedFromTheTable(self) -> None:
        """The page is what is printed from the table now."""
        written = (DOCS / "commands.rst").read_text("utf-8")
        self.assertEqual(
            written.splitlines(),
            page().splitlines(),
            "run: python -m tests.print_commands > docs/commands.rst",
        )

    def test_hasEveryRow(self) -> None:
        """Every command is on it with its arguments, its other words and its example."""
        lines = " ".join(page().split())
        for command in COMMANDS:
            for words in (command.line, command.example, *(f"/{alias}" for alias in command.aliases)):
                self.assertIn(f"``{words}``", lines)
