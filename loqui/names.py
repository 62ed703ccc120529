"""Which names there may be, when two are the same, and when they look the same."""

from __future__ import annotations

import json
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files

import regex
from precis_i18n import get_profile

from loqui.errors import LoquiError
from loqui.networks import networkOf

__all__ = [
    "MAX_BYTES",
    "MAX_CHARACTERS",
    "MAX_ROOM_CHARACTERS",
    "checkName",
    "checkRoom",
    "keyOrNone",
    "nameKey",
    "roomKey",
    "skeleton",
]

MAX_CHARACTERS = 24
MAX_BYTES = 64

#: Without the #.
MAX_ROOM_CHARACTERS = 32

_GRAMMAR = regex.compile(r"[\p{L}\p{Nd}][\p{L}\p{M}\p{Nd}_.\-]*")
# More than four in a row are not writing any more (UTS #39, section 5.4).
_MARKS = regex.compile(r"\p{M}{5}")
_LRM = "\u200e"
_CHARACTERS = "{} begins with a letter or a digit and has only letters, digits, _ - and ."
_preserved = get_profile("UsernameCasePreserved")
_mapped = get_profile("UsernameCaseMapped")

#: Sets of scripts that may meet in one name: "highly restrictive" of UTS #39, section 5.2.
_MIXES = (
    ("Latin", "Han", "Hiragana", "Katakana"),
    ("Latin", "Han", "Bopomofo"),
    ("Latin", "Han", "Hangul"),
)


def checkName(text: str) -> str:
    """
    Give the form in which a name is shown: NFC, with full-width letters made plain.

    @raise LoquiError: with code C{name-length}, C{name-characters} or
        C{name-scripts} when it cannot be a name.
    """
    name = _check(text, "a name", MAX_CHARACTERS)
    if name.startswith(("SSH-", "ssh-")):
        raise LoquiError("name-characters", "a name cannot begin with SSH-, which is how ssh clients begin")
    if name[0].isdigit() and networkOf(name) is not None:
        raise LoquiError("name-characters", "a name cannot be an address: who keeps the peace would hit that")
    return name


def checkRoom(text: str) -> str:
    """
    Give the form in which a room's name is shown: C{#} and what follows the rule of names.

    @param text: with or without the C{#}.

    @raise LoquiError: as L{checkName} does.
    """
    return "#" + _check(text.removeprefix("#"), "the name of a room, after the #,", MAX_ROOM_CHARACTERS)


def _check(text: str, what: str, most: int) -> str:
    tooLong = LoquiError("name-length", f"{what} has at most {most} characters and {MAX_BYTES} bytes")
    if len(text) > most * 5:  # A letter with four marks on it, each written apart: more takes long to look at.
        raise tooLong
    try:
        name = _preserved.enforce(text)
        _mapped.enforce(text)
    except UnicodeEncodeError as error:
        # RFC 8264 does not allow it in an identifier, or RFC 5893 (bidi) not in this place.
        raise LoquiError("name-characters", _CHARACTERS.format(what)) from error
    # The profile may have made other characters of some, and lets punctuation pass.
    if not (_GRAMMAR.fullmatch(text) and _GRAMMAR.fullmatch(name)):
        raise LoquiError("name-characters", _CHARACTERS.format(what))
    if _MARKS.search(unicodedata.normalize("NFD", name)):
        raise LoquiError("name-characters", f"{what} has at most four marks on one letter")
    if len(name) > most or len(name.encode("utf-8")) > MAX_BYTES:
        raise tooLong
    if not name.isascii() and not _isHighlyRestrictive(name):
        raise LoquiError("name-scripts", f"{what} cannot mix letters of different scripts")
    return name


@lru_cache(4096)
def nameKey(name: str) -> str:
    """
    Fold a name for comparison: two names are one when their keys are equal.

    Source: UsernameCaseMapped of RFC 8265.

    @raise LoquiError: with code C{name-characters} when it cannot be a name.
    """
    try:
        key: str = _mapped.enforce(name)
    except UnicodeEncodeError as error:
        raise LoquiError("name-characters", "that is not a name") from error
    return key


def keyOrNone(name: str) -> str | None:
    """The key of a name, or None for what cannot be one."""
    try:
        return nameKey(name) if len(name) <= MAX_BYTES else None
    except LoquiError:
        return None


def roomKey(name: str) -> str:
    """
    Fold the name of a room, with or without its C{#}, for comparison.

    @raise LoquiError: with code C{name-characters} when it cannot be one.
    """
    return "#" + nameKey(name.removeprefix("#"))


def skeleton(name: str) -> str:
    """Give what a name looks like: equal for names that a reader would confuse (UTS #39, section 4)."""
    decomposed = unicodedata.normalize("NFD", name)
    return unicodedata.normalize("NFD", "".join([_prototypes.get(character, character) for character in decomposed]))


def _readPrototypes() -> dict[str, str]:
    """
    Every character that looks like another one, and that one, from Unicode's confusables.txt.

    The data links a character with its prototype both ways, and a prototype with
    everything that looks like it: so a prototype is what has several links, or is a
    sequence, or of a pair the lower one.
    """
    data = json.loads(
        files("confusable_homoglyphs").joinpath("confusables.json").read_bytes(),
        object_hook=lambda entry: entry["c"] if entry.keys() == {"c", "n"} else entry,  # Without the long names.
    )
    # The file puts left-to-right marks around right-to-left characters; they are not part of them.
    links = {key.strip(_LRM): [other.strip(_LRM) for other in others] for key, others in data.items()}
    prototypes = {}
    for character, (other, *more) in links.items():
        if len(character) == 1 and not more:
            isPrototype = len(other) == 1 and len(links[other]) == 1 and character < other
            prototypes[character] = character if isPrototype else other
    # A sequence may have something in it that looks like something else.
    return {character: "".join(prototypes.get(c, c) for c in other) for character, other in prototypes.items()}


@cache
def _scripts() -> tuple[str, ...]:
    """The names of all scripts, but for Common and Inherited, which go with every script."""
    data = json.loads(files("confusable_homoglyphs").joinpath("categories.json").read_text("utf-8"))
    return tuple(script for script in data["iso_15924_aliases"] if script not in ("COMMON", "INHERITED"))


@cache
def _writtenIn(*scripts: str) -> regex.Pattern[str]:
    """A pattern for text that can be written with these scripts (script extensions, UAX #24)."""
    classes = "".join(rf"\p{{scx={script}}}" for script in (*scripts, "Common", "Inherited"))
    return regex.compile(f"[{classes}]*")


def _isHighlyRestrictive(name: str) -> bool:
    mixes = [*_MIXES, *((script,) for script in _scripts())]
    return any(_writtenIn(*mix).fullmatch(name) for mix in mixes)


_prototypes = _readPrototypes()
