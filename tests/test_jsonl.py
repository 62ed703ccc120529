"""Tests for L{loqui.wire.jsonl}."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any, get_args

from twisted.trial.unittest import SynchronousTestCase

from loqui.answers import Answer, Audit, End, Members, Past, Question, Refusal, Sanctions, Sent, Whois
from loqui.events import LOBBY, AccountChanged, CodeGiven, Event, KeySet, Said, Told
from loqui.settings import Sanction
from loqui.wire import jsonl

SECRET = "not-for-anybody"


def shown(what: Event | Answer) -> dict[str, Any]:
    """The object that a program reads."""
    line = jsonl.render(what)
    assert line.endswith(b"\r\n")
    value: dict[str, Any] = json.loads(line)
    return value


class RenderingTests(SynchronousTestCase):
    """Events and answers as objects."""

    def test_event(self) -> None:
        """An event has its type and all its fields."""
        self.assertEqual(
            shown(Said("alice", LOBBY, "grüß dich", 7, 3)),
            {"type": "said", "name": "alice", "room": "lobby", "text": "grüß dich", "time": 7, "id": 3},
        )

    def test_severalLinesAreOne(self) -> None:
        """Text of several lines, and any character, is in one line."""
        line = jsonl.render(Said("alice", LOBBY, "one\ntwo\r\u2028 \U0001f600", 0))
        self.assertEqual(line.count(b"\n"), 1)
        self.assertEqual(json.loads(line)["text"], "one\ntwo\r\u2028 \U0001f600")

    def test_refusal(self) -> None:
        """A refusal is an error, with its code and its sentence."""
        self.assertEqual(shown(Refusal("full", "no")), {"type": "error", "text": "no", "code": "full"})

    def test_question(self) -> None:
        """A question has its text."""
        self.assertEqual(shown(Question("Name:")), {"type": "question", "text": "Name:"})

    def test_end(self) -> None:
        """The end is an object of its own."""
        self.assertEqual(shown(End()), {"type": "end"})

    def test_whatIsInside(self) -> None:
        """An event within an answer is an object with its fields."""
        said = {"name": "alice", "room": "lobby", "text": "hi", "time": 7, "id": 3}
        self.assertEqual(shown(Past(Said("alice", LOBBY, "hi", 7, 3))), {"type": "past", "event": said})

    def test_sets(self) -> None:
        """A set is a list, in order."""
        self.assertEqual(shown(Members(LOBBY, ("b", "a"), frozenset({"b", "a"})))["away"], ["a", "b"])

    def test_nothing(self) -> None:
        """What is not there is null."""
        self.assertIs(shown(Whois("alice", 0, 0, None, ()))["away"], None)

    def test_sanctions(self) -> None:
        """A list of bans has an object for each."""
        found = shown(Sanctions(LOBBY, (Sanction("bob", 0, "spam", "alice"),), (), 5))
        self.assertEqual(found["banned"], [{"to": "bob", "until": 0, "why": "spam", "by": "alice"}])


class SecretTests(SynchronousTestCase):
    """What no program is shown."""

    def test_password(self) -> None:
        """A changed account does not show the hash, or the code it was made with."""
        line = jsonl.render(AccountChanged("alice", "alice", "registered", SECRET, SECRET, 0))
        self.assertNotIn(SECRET.encode(), line)

    def test_invitation(self) -> None:
        """That a code was given does not show it."""
        self.assertNotIn(SECRET.encode(), jsonl.render(CodeGiven("alice", SECRET, 1, 0, 0)))

    def test_key(self) -> None:
        """That a room has a key does not show it."""
        self.assertNotIn(SECRET.encode(), jsonl.render(KeySet("alice", "#dev", SECRET, 0)))

    def test_withinAnswers(self) -> None:
        """Nor do answers that have such events in them."""
        secrets = (AccountChanged("a", "a", "password", SECRET, "", 0), KeySet("a", "#dev", SECRET, 0))
        for what in (Audit(secrets), Past(secrets[0])):
            self.assertNotIn(SECRET.encode(), jsonl.render(what))

    def test_noOtherSecret(self) -> None:
        """No field of any event or answer has a name that promises another secret."""
        kinds = {*get_args(Event), *get_args(Answer), Sanction}
        names = {field.name for kind in kinds for field in fields(kind)}
        self.assertLessEqual({"hash", "code", "key"}, names)
        self.assertEqual([name for name in names if any(word in name for word in ("pass", "secret", "token"))], [])

    def test_directMessages(self) -> None:
        """What an admin has told somebody is shown to them."""
        self.assertEqual(shown(Sent(Told("@admin", "bob", "hi", 0)))["event"]["text"], "hi")
