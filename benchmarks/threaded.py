"""A reference: one thread for each client, and a lock around everything. C{python threaded.py PORT}"""

from __future__ import annotations

import socket
import sys
import threading

users: dict[bytes, socket.socket] = {}
lock = threading.Lock()


def broadcast(line: bytes) -> None:
    """Send a line to everybody; who cannot be reached is noticed by their own thread."""
    with lock:
        for user in users.values():
            try:
                user.sendall(line)
            except OSError:
                continue


def serve(client: socket.socket) -> None:
    """Talk with one client until it is gone."""
    name = b""
    with client, client.makefile("rb") as lines:
        try:
            name = lines.readline().rstrip(b"\r\n")
            client.sendall(b"* Welcome " + name + b"\r\n")
            with lock:
                users[name] = client
            for line in lines:
                broadcast(name + b": " + line)
        except OSError:
            pass  # It is gone, as at the end of its lines.
        finally:
            with lock:
                users.pop(name, None)


def main(port: int) -> None:
    """Serve everybody who comes, for ever."""
    with socket.create_server(("127.0.0.1", port), backlog=1024) as listener:
        while True:
            client, _ = listener.accept()
            # As the others do; else Nagle's algorithm would be what is measured.
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=serve, args=(client,), daemon=True).start()


if __name__ == "__main__":
    main(int(sys.argv[1]))
