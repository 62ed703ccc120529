"""
Print the command table as a page of the documentation.

C{python -m tests.print_commands > docs/commands.rst} writes the page anew.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from loqui.chat.command import Command
from loqui.chat.commands import GROUPS

__all__ = ["page"]

_INTRODUCTION = """\
The commands
============

What you type is said where you are talking: in the lobby at first, in a room after ``/join``. A line that begins with
``/`` and a word is a command. If the word has a second slash in it, it is text (``/etc/passwd``), and ``//x`` says
``/x``. Arguments in brackets may be left out; the last one takes the rest of the line. ``/help`` prints this table, and
``/help NAME`` one row of it.

..
    This page is printed from the table: python -m tests.print_commands > docs/commands.rst
"""


def page() -> str:
    """The page, in reStructuredText."""
    return "\n".join([_INTRODUCTION, *(line for title, rows in GROUPS.items() for line in _group(title, rows))])


def _group(title: str, rows: tuple[Command, ...]) -> Iterator[str]:
    yield title
    yield "-" * len(title)
    for row in rows:
        yield f"\n``{row.line}``"
        yield textwrap.fill(_explanation(row), 116, initial_indent="    ", subsequent_indent="    ")
    yield ""


def _explanation(row: Command) -> str:
    aliases = f" Also: {', '.join(f'``/{alias}``' for alias in row.aliases)}." if row.aliases else ""
    return f"{_plain(row.help)}{aliases} For example: ``{row.example}``"


def _plain(text: str) -> str:
    """Text in which nothing is markup."""
    return re.sub(r"([\\*`|_])", r"\\\1", text)


if __name__ == "__main__":
    print(page(), end="")
