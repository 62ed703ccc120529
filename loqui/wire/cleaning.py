"""Bytes from somebody else, made safe to show: done once, on the way in."""

from __future__ import annotations

import re

__all__ = ["clean"]

# What could move a cursor, end a line or turn it around: C0, DEL and C1 controls,
# line and paragraph separators, the bidi controls of UAX #9, and noncharacters.
_UNSAFE = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)


def clean(line: bytes) -> str:
    """
    Decode one line of UTF-8; what is invalid or could do harm becomes U+FFFD, and a tab a space.

    @param line: bytes without the line end.
    """
    text = line.decode("utf-8", "replace")
    if text.isprintable():
        return text
    return _UNSAFE.sub("\ufffd", text.replace("\t", " "))
