"""The passwords that the client knows."""

from __future__ import annotations

from loqui.wire import reading

__all__ = ["Keyring"]


class Keyring:
    """
    Passwords that have let us in, or that we were given to try; in memory only, and shown to nobody.
    """

    def __init__(self, given: bytes = b"") -> None:
        """
        @param given: a password that is for whatever is asked for first; empty for none.
        """
        self._given = given
        self._known: dict[bool, bytes] = {}  # By whether they are that of the server itself.
        self._sent: dict[bool, bytes] = {}

    def find(self, question: str) -> bytes:
        """
        What there is to answer; empty for nothing.

        What has been sent on this connection already was wrong, and is forgotten.
        """
        if not reading.isSecret(question) or reading.isNew(question):
            return b""
        which = reading.isOfServer(question)
        if which in self._sent:
            self._known.pop(which, None)
            self._given = b"" if self._sent[which] == self._given else self._given
            return b""
        given = b"" if self._given in self._sent.values() else self._given
        return self._known.get(which, given)

    def sent(self, question: str, answer: bytes) -> None:
        """Take note of an answer on its way."""
        if reading.isSecret(question):
            self._sent[reading.isOfServer(question)] = answer

    def again(self, question: str) -> bytes:
        """What has been sent to answer this question on this connection; empty for nothing."""
        return self._sent.get(reading.isOfServer(question), b"")

    def begin(self) -> None:
        """There is a new connection."""
        self._sent = {}

    def worked(self) -> None:
        """Remember what has been sent on this connection."""
        self._known.update(self._sent)
        self._sent = {}

    def forget(self) -> None:
        """Forget everything, because there will be another name."""
        self._given = b""
        self._known = {}
