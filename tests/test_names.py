"""Tests for L{loqui.names}."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from loqui.errors import LoquiError
from loqui.names import MAX_BYTES, MAX_CHARACTERS, checkName, nameKey, skeleton

_DATA = Path(__file__).parent / "data"

#: Name -> its form and its key, or the code it is refused with; by section.
NAMES = json.loads((_DATA / "names.json").read_text("utf-8"))

#: Name -> another name; by whether they look alike.
CONFUSABLES = json.loads((_DATA / "confusables.json").read_text("utf-8"))

# Letters of one neighbourhood at a time: mixes of all there are would be refused, nearly all.
_BLOCKS = (
    (0x20, 0x24F),
    (0x250, 0x36F),
    (0x370, 0x52F),
    (0x590, 0x6FF),
    (0x900, 0xDFF),
    (0x1E00, 0x1FFF),
    (0x3040, 0x31FF),
    (0x4E00, 0x9FFF),
    (0xAB70, 0xD7A3),
    (0xFF00, 0xFFEF),
    (0x10400, 0x104FF),
)
_MARKS = "_-.\u0301\u0308\u0345\u3099"

candidates = st.text(max_size=30) | st.sampled_from(_BLOCKS).flatmap(
    lambda block: st.text(
        st.characters(
            min_codepoint=block[0], max_codepoint=block[1], categories=("L", "M", "Nd"), include_characters=_MARKS
        ),
        min_size=1,
        max_size=MAX_CHARACTERS + 1,
    )
)


# Much of what is tried is no name, and that is part of the matter.
usually = settings(deadline=None, database=None, suppress_health_check=[HealthCheck.filter_too_much])


def outcome(text: str) -> list[str] | str:
    """The form and the key of a name, or the code it is refused with."""
    try:
        name = checkName(text)
    except LoquiError as refusal:
        return refusal.code
    return [name, nameKey(name)]


def accepted(text: str) -> str:
    """The form of a name; the example is left out when it cannot be one."""
    try:
        return checkName(text)
    except LoquiError:
        assume(False)
        raise


class GrammarTests(SynchronousTestCase):
    """What a name may be made of."""

    def _agrees(self, section: str) -> None:
        self.assertEqual({name: outcome(name) for name in NAMES[section]}, NAMES[section])

    def test_lettersMarksAndDigitsMakeAName(self) -> None:
        """Letters, marks, digits and C{_ - .} make a name, in any script."""
        self._agrees("plain")

    def test_otherCharactersAreRefused(self) -> None:
        """What is no letter, mark or digit and none of C{_ - .} is refused: blanks, controls, marks of the wire."""
        self._agrees("characters")

    def test_firstIsALetterOrADigit(self) -> None:
        """A name that begins, as it would be shown, with anything but a letter or a digit is refused."""
        self._agrees("beginning")

    def test_compatibilityCharactersAreRefused(self) -> None:
        """Characters that are another one in disguise are refused (RFC 8264, HasCompat)."""
        self._agrees("compatibility")

    def test_widthIsMadePlain(self) -> None:
        """Full-width letters and half-width kana are shown as the plain ones."""
        self._agrees("width")

    def test_formIsNfc(self) -> None:
        """A name is shown in NFC, however it was typed."""
        self._agrees("normal form")

    def test_caseIsKeptAndFoldedInTheKey(self) -> None:
        """A name is shown in the case it was typed in; its key is in lower case (RFC 8265)."""
        self._agrees("case")

    def test_directionsAreNotMixed(self) -> None:
        """A name that breaks the bidi rule of RFC 5893 is refused."""
        self._agrees("directions")

    def test_onlyHighlyRestrictiveMixesOfScripts(self) -> None:
        """Scripts meet only in the mixes that UTS #39 calls highly restrictive."""
        self._agrees("scripts")

    def test_beginningOfSshIsNoName(self) -> None:
        """A name cannot begin like the greeting of an ssh client."""
        self._agrees("ssh")


class LengthTests(SynchronousTestCase):
    """How long a name may be."""

    def test_mostCharactersAreAccepted(self) -> None:
        """A name of 24 characters is accepted."""
        self.assertEqual(checkName("a" * MAX_CHARACTERS), "a" * 24)

    def test_oneCharacterMoreIsRefused(self) -> None:
        """A name of 25 characters is refused."""
        self.assertEqual(outcome("a" * (MAX_CHARACTERS + 1)), "name-length")

    def test_mostBytesAreAccepted(self) -> None:
        """A name of 64 bytes is accepted."""
        name = "日" * 21 + "a"
        self.assertEqual(len(name.encode()), MAX_BYTES)
        self.assertEqual(checkName(name), name)

    def test_oneByteMoreIsRefused(self) -> None:
        """A name of 65 bytes is refused, though it has fewer than 24 characters."""
        name = "日" * 21 + "ab"
        self.assertEqual(len(name.encode()), MAX_BYTES + 1)
        self.assertEqual(outcome(name), "name-length")

    def test_lengthIsThatOfTheFormShown(self) -> None:
        """Characters are counted in NFC: 24 letters with accents that were typed apart are a name."""
        self.assertEqual(checkName("e\u0301" * MAX_CHARACTERS), "é" * MAX_CHARACTERS)

    def test_aVeryLongNameIsRefused(self) -> None:
        """A name that fills the longest line is refused like any other that is too long."""
        self.assertEqual(outcome("a" * 4096), "name-length")

    def test_aVeryLongNameIsNotLookedAt(self) -> None:
        """What cannot become short enough is not normalized, which takes a while for a line of marks."""
        self.assertEqual(outcome("a" + "\u0316\u0301" * 1000), "name-length")
        self.assertEqual(outcome("a " * 1000), "name-length")


class KeyTests(SynchronousTestCase):
    """When two names are one."""

    def test_caseDoesNotTellNamesApart(self) -> None:
        """C{Alice}, C{ALICE} and full-width C{alice} are C{alice}."""
        self.assertEqual({nameKey(name) for name in ("Alice", "ALICE", "\uff41lice")}, {"alice"})

    def test_whatCannotBeANameHasNoKey(self) -> None:
        """What the profile refuses is refused, not folded to something."""
        self.assertEqual(self.assertRaises(LoquiError, nameKey, "a b").code, "name-characters")

    def test_nothingHasNoKey(self) -> None:
        """The empty string is refused."""
        self.assertEqual(self.assertRaises(LoquiError, nameKey, "").code, "name-characters")


class SkeletonTests(SynchronousTestCase):
    """When two names look the same."""

    def _lookAlike(self, section: str) -> dict[str, str]:
        return {a: b for a, b in CONFUSABLES[section].items() if skeleton(checkName(a)) == skeleton(checkName(b))}

    def test_lookAlikesHaveOneSkeleton(self) -> None:
        """Names of letters that look the same have the same skeleton, also across scripts."""
        self.assertEqual(self._lookAlike("alike"), CONFUSABLES["alike"])

    def test_aLetterThatLooksLikeSeveralHasTheirSkeleton(self) -> None:
        """A letter that looks like a sequence of letters has the skeleton of the sequence."""
        self.assertEqual(self._lookAlike("ligatures"), CONFUSABLES["ligatures"])

    def test_differentNamesHaveDifferentSkeletons(self) -> None:
        """Names that nobody confuses have skeletons of their own."""
        self.assertEqual(self._lookAlike("different"), {})


class PropertyTests(SynchronousTestCase):
    """What is true of every name."""

    @usually
    @given(candidates)
    @example("\uff9e")
    def test_checkingTwiceChangesNothing(self, text: str) -> None:
        """The form of a name is a name, and its own form."""
        name = accepted(text)
        self.assertEqual(checkName(name), name)

    @usually
    @given(candidates)
    def test_foldingTwiceChangesNothing(self, text: str) -> None:
        """The key of a key is the key."""
        key = nameKey(accepted(text))
        self.assertEqual(nameKey(key), key)

    @usually
    @given(candidates)
    def test_formAndTextHaveOneKey(self, text: str) -> None:
        """A name has the same key as it was typed and as it is shown."""
        name = accepted(text)
        self.assertEqual(nameKey(text), nameKey(name))

    @usually
    @given(candidates)
    def test_namesHoldNothingThatTheWireUses(self, text: str) -> None:
        """No name has a blank, a control character or one that tells the server's lines apart."""
        name = accepted(text)
        self.assertEqual([c for c in name if c.isspace() or not c.isprintable() or c in "!:*[]#?/"], [])

    @usually
    @given(candidates)
    @example("\uff9e")
    def test_namesBeginWithALetterOrADigit(self, text: str) -> None:
        """No name begins with C{_ - .} or a mark."""
        first = accepted(text)[0]
        self.assertTrue(unicodedata.category(first) in ("Lu", "Ll", "Lt", "Lm", "Lo", "Nd"), ascii(first))

    @usually
    @given(st.text(max_size=40))
    def test_anyTextIsANameOrRefused(self, text: str) -> None:
        """Whatever is sent as a name, the only error is a refusal with a code of the three."""
        result = outcome(text)
        if isinstance(result, str):
            self.assertIn(result, ("name-characters", "name-length", "name-scripts"))
