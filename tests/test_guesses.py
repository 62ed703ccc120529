"""How many wrong passwords may come from one address."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from loqui import guesses
from loqui.errors import LoquiError
from loqui.guesses import Guesses

HERE = "192.0.2.1"
ELSEWHERE = "192.0.2.2"


class GuessesTests(SynchronousTestCase):
    """Three within 10 minutes, then none for 15."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.guesses = Guesses(3, 600.0, 900.0, self.clock.seconds)

    def guess(self, host: str | None, isWrong: bool = True, count: int = 1) -> None:
        """Have passwords looked at, one after the other."""
        for _ in range(count):
            self.guesses.begin(host)
            self.guesses.end(host, isWrong)

    def refusal(self, host: str) -> tuple[str, str]:
        """The code and the sentence with which no more are looked at."""
        refusal = self.assertRaises(LoquiError, self.guesses.begin, host)
        return refusal.code, refusal.sentence

    def test_tooMany(self) -> None:
        """After three wrong ones no more are looked at, and it is said for how long."""
        self.guess(HERE, count=3)
        self.assertEqual(
            self.refusal(HERE),
            ("too-many-guesses", "too many wrong passwords from your address; try again in 15 min"),
        )

    def test_elsewhere(self) -> None:
        """What one address has tried is no matter to another."""
        self.guess(HERE, count=3)
        self.guess(ELSEWHERE)

    def test_blockEnds(self) -> None:
        """After 15 minutes, and not before, passwords are looked at again, and as many as at first."""
        self.guess(HERE, count=3)
        self.clock.advance(899)
        self.assertEqual(self.refusal(HERE)[1], "too many wrong passwords from your address; try again in 1 s")
        self.clock.advance(1)
        self.guess(HERE, count=3)
        self.assertEqual(self.refusal(HERE)[0], "too-many-guesses")

    def test_blockIsNotMadeLonger(self) -> None:
        """Who tries while they are blocked is not blocked for longer."""
        self.guess(HERE, count=3)
        for _ in range(9):
            self.clock.advance(100)
            if self.clock.seconds() < 900:
                self.refusal(HERE)
        self.guess(HERE)

    def test_window(self) -> None:
        """A wrong password counts for 10 minutes."""
        self.guess(HERE)
        self.clock.advance(300)
        self.guess(HERE)
        self.clock.advance(300)
        self.guess(HERE, count=1)
        self.guess(HERE, isWrong=False)
        self.guess(HERE)
        self.assertEqual(self.refusal(HERE)[0], "too-many-guesses")

    def test_rightOnesDoNotCount(self) -> None:
        """Right passwords are as many as they like; they do not make the wrong ones undone either."""
        self.guess(HERE, count=2)
        self.guess(HERE, isWrong=False, count=20)
        self.guess(HERE)
        self.assertEqual(self.refusal(HERE)[0], "too-many-guesses")

    def test_atOnce(self) -> None:
        """No more are looked at at once than may turn out to be wrong: many connections get no more tries than one."""
        for _ in range(3):
            self.guesses.begin(HERE)
        self.assertEqual(self.refusal(HERE), ("busy", "busy, try again in a few seconds"))
        self.guesses.end(HERE, False)
        self.guesses.begin(HERE)

    def test_wrongOnesWhileBlocked(self) -> None:
        """Those that were being looked at when the address was blocked are counted for after that."""
        self.guess(HERE)
        self.guesses.begin(HERE)
        self.guesses.begin(HERE)
        self.guesses.end(HERE, True)
        self.guesses.end(HERE, True)
        self.assertEqual(self.refusal(HERE)[0], "too-many-guesses")
        self.clock.advance(900)
        self.guess(HERE, count=3)

    def test_household(self) -> None:
        """All of an IPv6 /64 count as one; the next /64 is another."""
        for last in "123":
            self.guess(f"2001:db8:0:1::{last}")
        self.assertEqual(self.refusal("2001:db8:0:1:ffff::9")[0], "too-many-guesses")
        self.guess("2001:db8:0:2::1")

    def test_mapped(self) -> None:
        """An IPv4 address that came by IPv6 is the IPv4 address, and no other's household."""
        self.guess(f"::ffff:{HERE}", count=3)
        self.assertEqual(self.refusal(HERE)[0], "too-many-guesses")
        self.guess(f"::ffff:{ELSEWHERE}")

    def test_noNetwork(self) -> None:
        """Who comes from no network is not counted."""
        self.guess(None, count=100)
        self.guess("", count=100)

    def test_memory(self) -> None:
        """Only so many addresses are remembered; those that are being looked at are not forgotten."""
        self.patch(guesses, "REMEMBERED", 100)
        self.guesses.begin(HERE)
        for number in range(1000):
            self.guess(f"10.0.{number // 250}.{number % 250}")
        self.assertLessEqual(len(self.guesses._sources), 100)
        self.guesses.end(HERE, True)
        self.guess(HERE, count=2)
        self.assertEqual(self.refusal(HERE)[0], "too-many-guesses")
