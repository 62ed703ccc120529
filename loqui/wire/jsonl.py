"""JSON lines, for programs: one object a line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from typing import Any, Union

from loqui.answers import Answer, Refusal
from loqui.events import Event

__all__ = ["render"]

#: What nobody is shown.
_SECRETS = frozenset({"hash", "code", "key"})


def render(what: Union[Event, Answer]) -> bytes:
    """Write one event or answer as an object with a C{type}, line end included."""
    kind = "error" if isinstance(what, Refusal) else type(what).__name__.lower()
    code = {"code": what.code} if isinstance(what, Refusal) else {}
    line = json.dumps({"type": kind, **_plain(what), **code}, ensure_ascii=False, separators=(",", ":"))
    return f"{line}\r\n".encode()


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value) if field.name not in _SECRETS}
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Set):
        return sorted(value)
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return value
