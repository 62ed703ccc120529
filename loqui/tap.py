"""Where everything meets: C{twistd} calls L{makeService} with the options."""

from __future__ import annotations

import errno
import gc
import os
import resource
import socket
import sqlite3
import sys
import threading
import time
from functools import partial
from typing import Any

from twisted.application.service import Service
from twisted.internet import defer
from twisted.internet import reactor as theReactor
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.endpoints import AdoptedStreamServerEndpoint, serverFromString
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IListeningPort, IStreamServerEndpoint
from twisted.internet.task import LoopingCall
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.python.threadpool import ThreadPool

from loqui.accounts import AT_ONCE, AccountChecker, Hashing, Passwords, makePortal
from loqui.chat.hub import Hub
from loqui.doors.admin import AdminFactory
from loqui.doors.limits import Doorkeeper, Limits, LineBudget
from loqui.doors.outbox import Unsent
from loqui.doors.port import ChatFactory
from loqui.errors import LoquiError, StartError
from loqui.events import LOBBY, AccountChanged
from loqui.guesses import Guesses
from loqui.niceness import NiceThread
from loqui.options import Options
from loqui.signals import onStopSignals
from loqui.store.accounts import loadAccounts, loadCodes
from loqui.store.archive import Archive
from loqui.store.database import Database, openDatabase, sayWhy
from loqui.store.events import load
from loqui.store.journal import Journal
from loqui.store.rooms import loadRooms
from loqui.systems import OtherSystem
from loqui.wire.cleaning import clean

__all__ = ["PORT", "Server", "makeService"]

#: The port that clients try when they are told none.
PORT = 32973

#: Who does what nobody has asked for.
SERVER = "@server"

#: Seconds that clients have to take what they have not been sent when the server stops.
FLUSH = 5.0

#: Seconds after which a server that stops is gone.
GONE = 9.0

#: Seconds.
HOUR = 3600.0

#: Files that are open besides connections, and some to spare.
RESERVED_FILES = 128


class Server(Service):
    """
    The daemon: opens its state, listens, and says goodbye.
    """

    log = Logger()

    def __init__(self, reactor: Any, options: Options) -> None:
        """
        @raise StartError: when an endpoint string is wrong.
        """
        self.reactor = reactor
        self.options = options
        self.ports: list[IListeningPort] = []
        self._ending = False
        self._endpoints = [self._endpoint(listen) for listen in options["listen"]]

    def privilegedStartService(self) -> None:
        """
        Open the state and listen.

        @raise StartError: when either cannot be done.
        """
        super().privilegedStartService()
        try:
            self._database = openDatabase(self.options["state"])
            self._journal, self.factory = self._build(self._database)
            for endpoint in self._endpoints or [everywhere(self.reactor, PORT)]:
                self._listen(endpoint)
            self._listenForAdmin()
        except sqlite3.Error as error:
            sys.stderr = sys.__stderr__
            raise StartError(f"loqui: cannot use {self.options['state']}: {sayWhy(error)}") from error
        except StartError:
            # The sentence is for who starts the daemon, not for the log that twistd has put there.
            sys.stderr = sys.__stderr__
            raise

    def startService(self) -> None:
        """Say where we are, and how to join."""
        if not self.ports:  # twist, unlike twistd, knows only this method.
            self.privilegedStartService()
        super().startService()
        self._pool.start()
        # What is here now stays, and what a message needs is gone soon: look for cycles seldom.
        gc.freeze()
        gc.set_threshold(50_000, 20, 100)
        onStopSignals(self.reactor, self._endReactor)
        self.reactor.callLater(0, self._sayWhere)
        self._hourly = LoopingCall(lambda: self.factory.hub.anHourHasPassed(_now()))
        self._hourly.clock = self.reactor
        self._hourly.start(HOUR, now=False).addErrback(lambda failure: self.log.failure("A bug in the hub", failure))

    def _sayWhere(self) -> None:
        self.log.info(
            "Loqui listens on {where}; its state is in {state}; {how}",
            where=" and ".join(_where(port.getHost()) for port in self.ports if not _isForAdmin(port)),
            state=self.options["state"],
            how=_how(self.ports[0].getHost()),
        )

    async def _stop(self) -> None:
        self.factory.ignoreAll()
        for port in self.ports:
            await defer.maybeDeferred(port.stopListening)
        deadline = self.reactor.seconds() + FLUSH
        await self._atMost(deadline, self._journal.flushed())
        gone = self.factory.closeAll("the server is stopping")
        await self._atMost(deadline, gone)
        self.factory.abortAll()
        self._pool.stop()
        self.log.info("Refused, and bounds met: {refused}", refused=dict(self.factory.refused))

    def stopService(self) -> defer.Deferred[None]:
        """Fires when everybody has been told, or has had the time to listen."""
        super().stopService()
        self._hourly.stop()
        stopped = defer.Deferred.fromCoroutine(self._stop())
        stopped.addErrback(lambda failure: self.log.failure("While stopping", failure))
        return stopped.addCallback(lambda _: self._letGo())

    def _letGo(self) -> None:
        if not self._journal.isBusy:
            self._archive.close()
            self._database.close()
            return
        # The disk hangs, and with it a thread that Python would wait for at the end. Nobody
        # has been told of what is in its hands.
        lastResort = threading.Timer(GONE - FLUSH, os._exit, (0,))
        lastResort.daemon = True
        lastResort.start()

    def _atMost(self, deadline: float, done: defer.Deferred[None]) -> defer.Deferred[None]:
        left = max(0.0, deadline - self.reactor.seconds())
        return done.addTimeout(left, self.reactor, onTimeoutCancel=lambda result, timeout: None)

    def _endpoint(self, text: str) -> IStreamServerEndpoint:
        try:
            return serverFromString(self.reactor, text)
        except Exception as error:  # Whatever a plugin or OpenSSL raises.
            raise StartError(f"loqui: --listen {text}: not an endpoint ({error})") from error

    def _build(self, database: Database) -> tuple[Journal, ChatFactory]:
        options = self.options
        inThread = partial(deferToThreadPool, self.reactor, self.reactor.getThreadPool())
        journal = Journal(database, self.reactor, inThread, self.reactor.callFromThread)
        motd = [clean(line) for line in options["motd"]]
        hub = Hub(journal, {}, self.reactor.callLater, options["backlog"], motd, options["access"])
        hub.remember(load(database, LOBBY, options["backlog"]), loadRooms(database, options["backlog"], _now()))
        hub.accounts.restore(loadAccounts(database), loadCodes(database))
        hub.archive = self._archive = Archive(database, inThread)
        hub.passwords = passwords = self._buildPasswords(hub)
        journal.tell(hub)
        limits = Limits(
            line=options["max-line"],
            unended=options["max-unended"],
            nameTimeout=options["name-timeout"],
            nameBytes=options["max-name-bytes"],
            burst=options["flood-burst"],
            flood=0.0 if options["no-flood-limit"] else options["flood-rate"],
        )
        unsent = Unsent(
            most=options["max-unsent"],
            slack=options["max-unsent-slack"],
            patience=options["unsent-patience"],
            total=options["max-unsent-total"],
        )
        most = roomFor(options["max-connections"])
        newBudget = partial(LineBudget, options["connect-burst"], options["connect-rate"], self.reactor.seconds)
        doorkeeper = Doorkeeper(most, options["max-per-address"], options["trust"], newBudget)
        plaintext = bool(options["allow-plaintext-passwords"])
        factory = ChatFactory(hub, self.reactor, _now, limits, unsent, doorkeeper, passwords, plaintext)
        hub.gauges["connections"] = lambda: doorkeeper.count
        return journal, factory

    def _buildPasswords(self, hub: Hub) -> Passwords:
        options, find = self.options, hub.accounts.find

        def renew(name: str, hash: str) -> None:
            hub.registrar.change(AccountChanged(SERVER, name, "password", hash, "", _now()), None)

        # Their own threads, because they leave the processor to all others.
        self._pool = ThreadPool(0, AT_ONCE, "hashing")
        self._pool.threadFactory = NiceThread
        hashing = Hashing(partial(deferToThreadPool, self.reactor, self._pool))
        others = [OtherSystem(checker) for checker in options.get("credCheckers", ())]
        portal = makePortal([AccountChecker(find, hashing, renew), *others])
        guesses = Guesses(options["max-guesses"], options["guess-window"], options["guess-block"], self.reactor.seconds)
        try:
            return Passwords(portal, hashing, guesses, find, others, options["gate"])
        except LoquiError as error:
            raise StartError(f"loqui: --password-file {options['password-file']}: {error.sentence}") from error

    def _listenForAdmin(self) -> None:
        path = self.options["state"] / "admin.sock"
        path.unlink(missing_ok=True)  # Of a server that was killed: nobody else is here.
        try:
            self.ports.append(self.reactor.listenUNIX(str(path), AdminFactory(self.factory.hub, _now), mode=0o600))
        except (CannotListenError, OSError) as error:
            self.log.warn("loqui-admin cannot be used: {error}", error=str(error))

    def _listen(self, endpoint: IStreamServerEndpoint) -> None:
        failures: list[Failure] = []
        listening = endpoint.listen(self.factory)
        listening.addCallbacks(self.ports.append, failures.append)
        for failure in failures:
            raise StartError(f"loqui: {_sayWhy(failure.value)}") from failure.value

    def _endReactor(self) -> None:
        if self.running and not self._ending:
            self._ending = True  # Two signals may come in one turn of the reactor.
            self.reactor.stop()


def everywhere(reactor: Any, port: int) -> IStreamServerEndpoint:
    """
    An endpoint for all interfaces: IPv4 and IPv6 by one socket, or IPv4 where there is no IPv6.

    @raise StartError: when it cannot be had.
    """
    try:
        try:
            listener = socket.create_server(("", port), family=socket.AF_INET6, backlog=1024, dualstack_ipv6=True)
        except (OSError, ValueError) as error:
            if getattr(error, "errno", None) in (errno.EADDRINUSE, errno.EACCES):
                raise
            listener = socket.create_server(("", port), backlog=1024)
    except OSError as error:
        raise StartError(f"loqui: cannot listen on port {port}: {_strerror(error)}") from error
    listener.setblocking(False)
    return AdoptedStreamServerEndpoint(reactor, listener.detach(), listener.family)


def roomFor(connections: int) -> int:
    """
    How many connections there can be, after asking the system for as many open files as it gives.

    @param connections: how many there may be at most.
    """
    wanted = connections + RESERVED_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY:
        return connections
    return max(1, min(connections, soft - RESERVED_FILES))


def makeService(options: Options) -> Server:
    """
    Build the daemon.

    @raise StartError: when an option is wrong.
    """
    # Twisted's timers follow the wall clock; ours must not when somebody sets it.
    reactor: Any = theReactor
    reactor.seconds = time.monotonic
    return Server(reactor, options)


def _isForAdmin(port: Any) -> bool:
    return isinstance(getattr(port, "factory", None), AdminFactory)


def _now() -> int:
    return time.time_ns() // 1_000_000


def _strerror(error: OSError) -> str:
    return "it is in use" if error.errno == errno.EADDRINUSE else str(error.strerror)


def _sayWhy(error: BaseException | None) -> str:
    if isinstance(error, CannotListenError):
        where = f"{error.interface or '*'}:{error.port}"
        why = error.socketError  # An OSError, or a word about the lock of a UNIX socket.
        return f"cannot listen on {where}: {_strerror(why) if isinstance(why, OSError) else 'it is in use'}"
    return f"cannot listen: {error}"


def _where(address: Any) -> str:
    if not isinstance(address, (IPv4Address, IPv6Address)):
        return str(address)
    everywhere = address.host in ("::", "0.0.0.0")
    return f"port {address.port} of {'all interfaces' if everywhere else address.host}"


def _how(address: Any) -> str:
    if not isinstance(address, (IPv4Address, IPv6Address)):
        return "join through that"
    host = socket.gethostname() if address.host in ("::", "0.0.0.0") else address.host
    target = f"[{host}]" if ":" in host else host
    return f"join with: nc {host} {address.port}, or: loqui-connect {target}:{address.port}"
