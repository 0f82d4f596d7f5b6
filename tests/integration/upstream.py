"""An upstream that records what it is sent and answers as a test says. Not for load."""

import base64
import hashlib
import socket
import struct
import threading

from harness import PATIENCE


class Request:
    def __init__(self, method, target, fields, body, connection):
        self.method, self.target, self.fields, self.body, self.connection = method, target, fields, body, connection

    def all(self, name):
        return [value for one, value in self.fields if one.lower() == name]

    def get(self, name):
        values = self.all(name)
        return values[0] if values else None


class Peer:
    """One connection of the proxy to the upstream."""

    def __init__(self, raw, number):
        self.raw, self.number, self.arrived = raw, number, b""

    def more(self):
        piece = self.raw.recv(65536)
        self.arrived += piece
        return bool(piece)

    def read_head(self):
        """The bytes of a head, or None at the end."""
        while b"\r\n\r\n" not in self.arrived:
            if not self.more():
                return None
        head, _, self.arrived = self.arrived.partition(b"\r\n\r\n")
        return head

    def take(self, size):
        while len(self.arrived) < size:
            if not self.more():
                raise ConnectionError("cut off")
        taken, self.arrived = self.arrived[:size], self.arrived[size:]
        return taken

    def take_line(self):
        while b"\r\n" not in self.arrived:
            if not self.more():
                raise ConnectionError("cut off")
        line, _, self.arrived = self.arrived.partition(b"\r\n")
        return line

    def chunk(self):
        """The next chunk; empty at the end."""
        size = int(self.take_line(), 16)
        data = self.take(size)
        self.take_line()
        return data

    def read_body(self, fields):
        named = {name.lower(): value for name, value in fields}
        if named.get("transfer-encoding") == "chunked":
            body = b""
            while data := self.chunk():
                body += data
            return body
        return self.take(int(named.get("content-length", 0)))

    def send(self, data):
        self.raw.sendall(data)

    def reset(self):
        self.raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.raw.close()


def answer(body=b"ok", status="200 OK", fields=()):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *fields, "", ""]
    return "\r\n".join(lines).encode() + body


class Upstream:
    """`act(peer, request)` answers; False ends the connection. With `by_head` it is called before the body is read."""

    def __init__(self, act=None, by_head=False, port=0, host="127.0.0.1"):
        self.act = act or (lambda peer, request: peer.send(answer()))
        self.by_head = by_head
        self.requests, self.connections = [], 0
        self._peers = []
        self._listener = socket.create_server((host, port), backlog=512)
        self.port = self._listener.getsockname()[1]
        self.url = f"http://{host}:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                raw, _ = self._listener.accept()
            except OSError:
                return
            raw.settimeout(PATIENCE)
            self.connections += 1
            self._peers.append(raw)
            threading.Thread(target=self._serve, args=(Peer(raw, self.connections),), daemon=True).start()

    def _serve(self, peer):
        with peer.raw:
            try:
                while (head := peer.read_head()) is not None:
                    first, *lines = head.decode("latin-1").split("\r\n")
                    method, target, _ = first.split(" ")
                    fields = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
                    request = Request(method, target, fields, None, peer.number)
                    if not self.by_head:
                        request.body = peer.read_body(fields)
                    self.requests.append(request)
                    if self.act(peer, request) is False:
                        return
            except (OSError, ValueError):
                return

    def stop(self):
        # Wakes the thread that accepts.
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._listener.close()
        for one in self._peers:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def accept_websocket(peer, request):
    key = request.get("sec-websocket-key") or ""
    digest = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
    peer.send(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               f"Sec-WebSocket-Accept: {base64.b64encode(digest).decode()}\r\n\r\n").encode())
