"""What a client asks for, whatever wire it came over."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Request"]


@dataclass(frozen=True, slots=True)
class Request:
    """
    One command with what was written after it, not yet split.

    Saying something is the command C{say}: every line is a request.

    @ivar command: the command's word, folded, without the slash.
    @ivar arguments: the rest of the line, cleaned, without blanks around it
        (but C{say} keeps what was typed).
    """

    command: str
    arguments: str = ""
