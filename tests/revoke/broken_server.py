"""Servers that violate HTTP, byte by byte, as no real server can be configured to.

    with Server(says(b"HTTP/1.1 204 No Content\\r\\n\\r\\n")) as server:      # then it closes
    with Server(says(b"HTTP/1.1 200 OK\\r\\n", then=reset)) as server:       # then the connection is reset
    with Server(silent) as server:                                         # takes the connection, reads, never answers

What it was sent is in `requests`, the bytes of each connection up to the empty line.
"""

import contextlib
import itertools
import socket
import socketserver
import struct
import threading

SECONDS = 20


class Server(socketserver.TCPServer):
    """A context manager. `behave(connection)` is called for each connection, one after the other."""

    def __init__(self, *behaviours):
        super().__init__(("127.0.0.1", 0), None)
        self.behaviours = itertools.chain(behaviours, itertools.repeat(behaviours[-1]))  # of the first connection, the second, ...
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.requests = []
        self.asked = threading.Event()  # a whole request is there
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def finish_request(self, connection, _):
        connection.settimeout(SECONDS)
        behave = next(self.behaviours)
        self.requests.append(b"")
        while getattr(behave, "reads", True) and b"\r\n\r\n" not in self.requests[-1]:
            piece = connection.recv(65536)
            self.requests[-1] += piece
            if not piece:
                return
        self.asked.set()
        behave(connection)

    def handle_error(self, *_):
        """Ignores clients that close the connection."""


def close(connection):
    connection.shutdown(socket.SHUT_WR)
    wait_for_end(connection)


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def wait_for_end(connection):
    while connection.recv(65536):
        pass


silent = wait_for_end


def at_once(behave):
    """Before a byte of the request is read."""

    def behaviour(connection):
        behave(connection)

    behaviour.reads = False
    return behaviour


def says(*pieces, then=close):
    def behave(connection):
        for piece in pieces:
            connection.sendall(piece)
        then(connection)

    return behave


def for_ever(first, piece):
    """Until the client has enough."""

    def behave(connection):
        connection.sendall(first)
        while True:
            connection.sendall(piece)

    return behave


def drips(text, seconds=0.25):
    """A byte at a time, and then nothing; the client's end ends it."""

    def behave(connection):
        for byte in text:
            connection.sendall(bytes([byte]))
            connection.settimeout(seconds)
            with contextlib.suppress(TimeoutError):
                if not connection.recv(1):
                    return
        connection.settimeout(SECONDS)
        wait_for_end(connection)

    return behave


def answer(status, body=b"", *headers):
    head = [f"HTTP/1.1 {status}".encode(), b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(head) + b"\r\n\r\n" + body
