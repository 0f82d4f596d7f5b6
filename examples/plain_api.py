#!/usr/bin/env python3
"""An ordinary API, without TLS and without tokens, to stand behind latchkey: it answers with what it received, as
JSON, and writes it to standard output as well. A path that ends in /missing is 404.

usage: plain_api.py [PORT], 9000 unless told; on this machine only
"""

import http.server
import json
import sys


class Api(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        if "transfer-encoding" in self.headers:
            self.close_connection = True
            return self.send_error(411)
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode("utf-8", "replace")
        fields = [f"{name}: {value}" for name, value in self.headers.items()]
        print("\n".join([f"{self.command} {self.path}", *fields, *body.splitlines()]), flush=True)
        received = {"method": self.command, "target": self.path, "body": body, "fields": fields}
        text = json.dumps(received).encode() + b"\n"
        self.send_response(404 if self.path.endswith("/missing") else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def log_message(self, *ignored):
        pass


if __name__ == "__main__":
    where = ("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 9000)
    http.server.ThreadingHTTPServer(where, Api).serve_forever()
