"""The house of the design: which box may know which."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

import loqui

_ROOT = Path(loqui.__file__).parent

_VALUES = frozenset(
    {
        "settings",
        "durations",
        "identities",
        "networks",
        "guesses",
        "niceness",
        "__init__",
        "names",
        "events",
        "errors",
        "answers",
        "requests",
        "signals",
    }
)

#: Modules that are in the box of another.
_LODGERS = {"systems": "accounts"}

#: Box -> the boxes it may import, besides itself.
ARROWS = {
    "values": frozenset(),
    "wire": frozenset({"values"}),
    "chat": frozenset({"values"}),
    "options": frozenset({"values"}),
    "client": frozenset({"wire", "values"}),
    "doors": frozenset({"wire", "chat", "accounts", "values"}),
    "accounts": frozenset({"ports", "values"}),
    "store": frozenset({"ports", "values"}),
    "cluster": frozenset({"ports", "values"}),
    "tap": frozenset(
        {"values", "wire", "chat", "options", "client", "doors", "accounts", "store", "cluster", "testing"}
    ),
    # The doubles stand in for any box; no box knows them.
    "testing": frozenset({"values", "wire", "chat", "doors", "accounts", "store", "cluster", "client"}),
}

#: The part of chat that says what it needs from outside; C{ports} speaks of sessions.
_PORTS = ("loqui.chat.ports", "loqui.chat.user")

#: Boxes of bytes, text and rules, in which no Twisted is known.
_PURE = ("values", "wire", "chat")

#: What a module of the values may import besides the standard library.
_LIBRARIES = {"loqui.names": {"precis_i18n", "regex"}}


def modules() -> dict[str, str]:
    """The source of every module of the package, by dotted name."""
    return {
        ".".join(("loqui", *path.relative_to(_ROOT).with_suffix("").parts)): path.read_text("utf-8")
        for path in sorted(_ROOT.rglob("*.py"))
    }


def boxOf(module: str) -> str:
    """
    The box that a module is in.

    @raise KeyError: when the house has no such box.
    """
    first = [*module.split("."), "__init__"][1]
    box = "values" if first in _VALUES else _LODGERS.get(first, first)
    if box not in ARROWS:
        raise KeyError(f"{module} is in no box of the house")
    return box


def imported(module: str, source: str) -> Iterator[str]:
    """
    The dotted name of everything a module imports, wherever in it the import is: at the top, in a
    function, or for the type checker only.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = module.split(".")[: -node.level] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def violations(module: str, source: str) -> list[str]:
    """What in a module's imports is against the house, as sentences."""
    box = boxOf(module)
    return [
        f"{module} imports {target}"
        for target in imported(module, source)
        if _isWrongArrow(box, target) or _isReactor(box, target) or _isForeign(module, box, target)
    ]


def _isWrongArrow(box: str, target: str) -> bool:
    if target.split(".")[0] != "loqui":
        return False
    if target.count(".") == 1 and target.split(".")[1].startswith("__"):
        return False  # loqui.__version__
    other = boxOf(target)
    if "ports" in ARROWS[box] and other == "chat":
        return not any(f"{target}.".startswith(f"{port}.") for port in _PORTS)
    return other != box and other not in ARROWS[box]


def _isReactor(box: str, target: str) -> bool:
    return box != "tap" and f"{target}.".startswith("twisted.internet.reactor.")


def _isForeign(module: str, box: str, target: str) -> bool:
    top = target.split(".")[0]
    if box == "values":
        return top not in sys.stdlib_module_names | {"loqui"} | _LIBRARIES.get(module, set())
    return box in _PURE and top in ("twisted", "zope")


class HouseTests(SynchronousTestCase):
    """The package as it is."""

    def test_noArrowRunsTheOtherWay(self) -> None:
        """No module of the package imports what its box may not know."""
        found = [wrong for module, source in modules().items() for wrong in violations(module, source)]
        self.assertEqual(found, [])

    def test_everyModuleIsRead(self) -> None:
        """The modules that are read are those of the package, those in its folders included."""
        self.assertTrue({"loqui.names", "loqui.wire.text", "loqui.tap", "loqui.store.journal"} <= set(modules()))


class CheckerTests(SynchronousTestCase):
    """The check itself, with sources that are made up."""

    def test_wrongArrowIsFound(self) -> None:
        """A wire that imports a door is found."""
        self.assertEqual(
            violations("loqui.wire.made", "from loqui.doors.port import ChatFactory\n"),
            ["loqui.wire.made imports loqui.doors.port.ChatFactory"],
        )

    def test_everyWayToImportIsRead(self) -> None:
        """An import of a whole module, of a box from the package, and one by dots are found."""
        source = "import loqui.doors.port\nfrom loqui import doors\nfrom ..doors import port\nfrom .. import doors\n"
        self.assertEqual(len(violations("loqui.wire.made", source)), 4)

    def test_importForTheTypeCheckerIsFound(self) -> None:
        """An import under C{TYPE_CHECKING} counts like any other."""
        source = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from loqui.chat.hub import Hub\n"
        self.assertEqual(violations("loqui.client.made", source), ["loqui.client.made imports loqui.chat.hub.Hub"])

    def test_sameBoxIsAllowed(self) -> None:
        """Modules of one box may know each other."""
        self.assertEqual(violations("loqui.chat.made", "from loqui.chat.hub import Hub\nfrom . import room\n"), [])

    def test_storeKnowsOnlyThePortsOfChat(self) -> None:
        """The store may import C{chat.ports}, but not the hub."""
        source = "from loqui.chat.ports import Entry\nfrom loqui.chat import ports, hub\n"
        self.assertEqual(violations("loqui.store.made", source), ["loqui.store.made imports loqui.chat.hub"])

    def test_nobodyKnowsTheTap(self) -> None:
        """Every box but the tap itself is found when it imports the tap."""
        others = [box for box in ARROWS if box not in ("tap", "values")]
        source = "from loqui.tap import Server\n"
        self.assertEqual([box for box in others if violations(f"loqui.{box}.made", source)], others)

    def test_reactorWithinAFunctionIsFound(self) -> None:
        """A door that imports the global reactor, even within a function, is found."""
        source = "def later():\n    from twisted.internet import reactor as r\n"
        self.assertEqual(violations("loqui.doors.made", source), ["loqui.doors.made imports twisted.internet.reactor"])

    def test_tapMayImportTheReactor(self) -> None:
        """The tap is where the global reactor comes in."""
        self.assertEqual(violations("loqui.tap", "from twisted.internet import reactor\n"), [])

    def test_twistedInTheModelIsFound(self) -> None:
        """Values, wires and the model know no Twisted."""
        source = "from twisted.internet.defer import Deferred\n"
        self.assertEqual(
            [len(violations(module, source)) for module in ("loqui.names", "loqui.wire.made", "loqui.chat.made")],
            [1, 1, 1],
        )

    def test_libraryInTheValuesIsFound(self) -> None:
        """Values are built of the standard library; only names have the PRECIS library."""
        self.assertEqual(len(violations("loqui.events", "import json, attrs, regex\n")), 2)

    def test_moduleInNoBoxIsRefused(self) -> None:
        """A module that the house has no box for is an error, until somebody says where it belongs."""
        self.assertRaises(KeyError, violations, "loqui.engine", "")
