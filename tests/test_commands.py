"""The command table, and what is no command."""

from __future__ import annotations

from loqui.chat import commands, registering
from loqui.errors import LoquiError
from tests.chat import ChatTestCase


class AnsweringTests(ChatTestCase):
    """C{/who}, C{/help}, and what is no command."""

    def test_whoNamesEverybody(self) -> None:
        """C{/who} names those who are here, in the order they came, to who asks and nobody else."""
        alice, bob = self.here("alice", "bob")
        self.assertEqual((alice.asks("/who"), bob.sees()), (["* Here (2): alice, bob"], []))

    def test_whoHasSeveralLines(self) -> None:
        """C{/who} puts 20 names in a line."""
        alice, *_ = self.here("alice", *(f"guest{n:02}" for n in range(40)))
        lines = alice.asks("/who")
        self.assertEqual([len(line.split(", ")) for line in lines], [20, 20, 1])
        self.assertEqual((lines[0].partition(":")[0], lines[2]), ("* Here (41)", "* guest39"))

    def test_whoTakesNoName(self) -> None:
        """C{/who} with something behind it that is no room is refused."""
        (alice,) = self.here("alice")
        self.assertEqual(self.isRefused(alice, "/who bob"), "usage: /who [#ROOM], for example: /who #dev")

    def test_helpListsTheTable(self) -> None:
        """C{/help} prints each row of the table with its arguments and an example, in groups with a title."""
        (alice,) = self.here("alice")
        lines = iter(alice.asks("/help"))
        for title, rows in commands.GROUPS.items():
            self.assertEqual(next(lines), f"* {title}:")
            for row in rows:
                self.assertEqual(next(lines), f"*   {row.line} - {row.help} For example: {row.example}")

    def test_helpExplainsEachRow(self) -> None:
        """C{/help NAME} prints the row of that name with its example."""
        (alice,) = self.here("alice")
        for command in commands.COMMANDS:
            (line,) = alice.asks(f"/help {command.name}")
            self.assertTrue(line.startswith(f"* {command.line} - {command.help} "), line)
            self.assertTrue(line.endswith(f" For example: {command.example}"), line)

    def test_aliasesAreTheCommand(self) -> None:
        """Another word for a command does the same, and is explained with it."""
        alice, bob = self.here("alice", "Bob")
        for word in ("m", "tell", "W"):
            alice.type(f"/{word} bob psst")
        self.journal.commit()
        self.assertEqual(bob.sees(), ["[PM from alice] psst"] * 3)
        self.assertIn(" Also: /m, /tell, /w. For example: ", alice.asks("/help tell")[0])

    def test_noWordHasTwoMeanings(self) -> None:
        """Every word, name or alias, belongs to one row."""
        words = [word for command in commands.COMMANDS for word in (command.name, *command.aliases)]
        self.assertEqual(sorted(words), sorted(commands.TABLE))

    def test_helpTakesASlash(self) -> None:
        """C{/help /ME} is C{/help me}."""
        (alice,) = self.here("alice")
        self.assertEqual(alice.asks("/help /ME"), ["* /me TEXT - Says what you do. For example: /me waves"])

    def test_helpForNoCommand(self) -> None:
        """C{/help} for what is no command is refused, with the nearest one."""
        (alice,) = self.here("alice")
        self.assertTrue(self.isRefused(alice, "/help hepl").startswith("no command /hepl; did you mean /help?"))

    def test_examplesOfTheTableWork(self) -> None:
        """Each example that the table shows is understood."""
        bob, _ = self.here("bob", "carol")
        rows = [row for row in commands.COMMANDS if not (row.who or row in registering.ROWS)]
        for n, command in enumerate(rows):
            (visitor,) = self.here(f"guest{n}")
            for line in ("/join #dev", f"/join #room{n}", f"/away {n}", f"/msg carol {n}", "/private on"):
                visitor.type(line)
            self.journal.commit()
            bob.type(f"/msg guest{n} hello")
            if command.name == "private":
                visitor.type("/private off")
            if command.name == "uninvite":
                visitor.type("/invite bob")
            if command.name == "unignore":
                visitor.type("/ignore bob")
            self.journal.commit()
            visitor.type(command.example)
            self.journal.commit()
            self.assertNotIn("! ", "".join(visitor.sees()), command.example)
        self.assertEqual(len(self.users), 2 + len(rows) - 1)

    def test_switchInAnyCase(self) -> None:
        """On is on, however it is written."""
        (alice,) = self.here("alice")
        self.assertEqual(alice.asks("/quiet ON"), ["* You do not see who comes and goes"])
        self.assertEqual(self.isRefused(alice, "/quiet perhaps"), "usage: /quiet on|off, for example: /quiet on")

    def test_unknownCommandNamesTheNearest(self) -> None:
        """An unknown command is refused with the one that was probably meant, and how to say it."""
        (alice,) = self.here("alice")
        refusal = self.assertRaises(LoquiError, alice.type, "/hlep me")
        self.assertEqual(
            (refusal.code, refusal.sentence),
            ("no-such-command", "no command /hlep; did you mean /help? To say it, begin with //"),
        )

    def test_unknownCommandWithoutANearOne(self) -> None:
        """An unknown command that is like none is refused with where they are listed."""
        (alice,) = self.here("alice")
        self.assertEqual(
            self.isRefused(alice, "/xyzzy"), "no command /xyzzy; /help lists them. To say it, begin with //"
        )
