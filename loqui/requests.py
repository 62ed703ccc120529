"""What a client asks for, whatever wire it came over."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Request"]


@dataclass(frozen=True, slots=True)
class Request:
    """
    One command with what was written after it, not yet split.

    @ivar command: the command's word, folded, without the slash; empty for what is
        just said, where the session is talking.
    @ivar arguments: the rest of the line, cleaned, without blanks around it; all of it,
        as it was typed, when there is no command.
    """

    command: str
    arguments: str = ""
