// The upstreams of `latchkey-bench edge`, on Node.js alone: node upstream.js MODE [PORT [NUMBER]].
// Each listens on a loopback port (0: any) and tells it, and the port of its control, in one line.
// GET /report there says what the upstream has seen, as JSON.
"use strict";
const crypto = require("node:crypto");
const http = require("node:http");
const net = require("node:net");

// Every request has an id, /ID, and is to be seen once. NUMBER: keepAliveTimeout in milliseconds; its
// event loop is then busy for a moment when idle connections are about to end, as an application's
// may be: what arrives meanwhile meets a connection that is closed before it is looked at.
function counting(keepAlive) {
  const before = 15;  // milliseconds, as the others
  const busy = 30;
  const apart = 40;
  let planned = 0;
  const planBusyMoment = () => {
    const now = performance.now();
    if (!keepAlive || now - planned < apart) return;
    planned = now;
    setTimeout(() => {
      for (const until = performance.now() + busy; performance.now() < until;);
    }, keepAlive - before);
  };
  const seen = { GET: new Map(), POST: new Map() };
  let connections = 0;
  const server = http.createServer((request, response) => {
    const ids = seen[request.method];
    const id = request.url.slice(1);
    ids?.set(id, (ids.get(id) ?? 0) + 1);
    // Newer versions wait for a second more than they have announced; older ones do not.
    if (keepAlive) response.on("finish", () => request.socket.setTimeout(keepAlive));
    request.resume();
    request.on("end", () => setTimeout(() => {
      response.setHeader("Content-Type", "text/plain");
      response.end(`id=${id}\n`);
      planBusyMoment();
    }, Math.random() * 10));
  });
  if (keepAlive) server.keepAliveTimeout = keepAlive;
  server.on("connection", () => { ++connections; });
  const twice = (ids) => [...ids.values()].filter((count) => count > 1).length;
  const report = () => ({
    gets: seen.GET.size, gets_twice: twice(seen.GET),
    posts: seen.POST.size, posts_twice: twice(seen.POST), connections,
  });
  return { server, report };
}

// Requests off a connection's bytes, of a peer that frames them well; `take` is told each head.
class RequestSplitter {
  constructor(take) {
    this.take = take;
    this.bytes = Buffer.alloc(0);
    this.left = 0;       // of a body with a length
    this.chunked = false;
  }

  push(piece) {
    this.bytes = Buffer.concat([this.bytes, piece]);
    for (;;) {
      if (this.left > 0) {
        const now = Math.min(this.left, this.bytes.length);
        this.bytes = this.bytes.subarray(now);
        this.left -= now;
        if (this.left > 0) return;
        this.done();
      } else if (this.chunked) {
        const end = this.bytes.indexOf("0\r\n\r\n");
        if (end < 0) return;
        this.bytes = this.bytes.subarray(end + 5);
        this.chunked = false;
        this.done();
      } else if (!this.readHead()) {
        return;
      }
    }
  }

  readHead() {
    const end = this.bytes.indexOf("\r\n\r\n");
    if (end < 0) return false;
    this.head = this.bytes.subarray(0, end + 4).toString("latin1");
    this.bytes = this.bytes.subarray(end + 4);
    this.left = Number(/^content-length:\s*(\d+)/im.exec(this.head)?.[1] ?? 0);
    this.chunked = /^transfer-encoding:.*chunked/im.test(this.head);
    if (this.left === 0 && !this.chunked) this.done();
    return true;
  }

  done() { this.take(this.head); }
}

// Every byte of every connection, in the order of the connections; what it has is given once.
function recorder() {
  let all = [];
  const server = net.createServer((socket) => {
    let mine = null;
    const splitter = new RequestSplitter((head) => {
      if (!socket.writable) return;
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: " + (head.startsWith("HEAD ") ? "0" : "2") +
                   "\r\n\r\n" + (head.startsWith("HEAD ") ? "" : "ok"));
    });
    socket.on("data", (piece) => {
      if (!mine || !all.includes(mine)) all.push(mine = []);
      mine.push(piece);
      splitter.push(piece);
    });
    socket.on("error", () => {});
  });
  const report = () => {
    const given = all.map((pieces) => Buffer.concat(pieces).toString("base64url"));
    all = [];
    return { connections: given };
  };
  return { server, report };
}

// How many requests an ordinary server of Node.js has taken, and how many it has refused.
function listening() {
  let requests = 0;
  let refused = 0;
  const server = http.createServer((request, response) => {
    ++requests;
    request.resume();
    request.on("end", () => response.end("ok"));
  });
  const drop = (request, socket) => {
    ++requests;
    socket.end("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  };
  server.on("connect", drop);
  server.on("upgrade", drop);
  server.on("clientError", (fault, socket) => {
    // What was cut off is not taken for a request.
    if (fault.code === "HPE_INVALID_METHOD") ++requests;  // clear, and none that it knows
    else if (fault.code !== "ECONNRESET" && fault.code !== "HPE_INVALID_EOF_STATE") ++refused;
    socket.destroy();
  });
  const report = () => {
    const given = { requests, refused };
    requests = refused = 0;
    return given;
  };
  return { server, report };
}

const answerOf = (id, more = "") => {
  const body = `id=${id}\n` + "x".repeat(Number(id) % 700);
  return `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n${more}\r\n${body}`;
};

const faults = {
  none: (socket, id) => socket.write(answerOf(id)),
  drip(socket, id) {
    const text = `HTTP/1.1 200 OK\r\nContent-Length: ${id.length + 3}\r\n\r\nid=${id}`;
    let at = 0;
    const next = () => {
      if (!socket.writable) return;
      socket.write(text[at++]);
      if (at < text.length) setTimeout(next, 1);
    };
    next();
  },
  reset: (socket) => socket.resetAndDestroy(),
  truncated: (socket, id) =>
    socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nid=${id}\n`),
  "huge-head": (socket, id) => socket.write(answerOf(id, `X: ${"h".repeat(200)}\r\n`.repeat(2000))),
  // As chunks the body is the right one, by its length it is another.
  "two-framings"(socket, id) {
    const body = `id=${id}`;
    const chunks = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" +
                 `Content-Length: ${chunks.length}\r\n\r\n${chunks}`);
  },
  "1xx-flood": (socket, id) =>
    socket.write("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(5000) + answerOf(id)),
  "head-after-body": (socket, id) =>
    socket.write(answerOf(id) + "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nid=wrong"),
};
const harmless = new Set(["none", "drip"]);

// Answers that carry the id they were asked with: GET /ID/FAULT. No connection may be used again
// once something was wrong with it.
function faulty() {
  let requests = 0;
  const reused = {};
  const shown = {};
  const server = net.createServer((socket) => {
    let spoilt = "";
    const splitter = new RequestSplitter((head) => {
      ++requests;
      if (spoilt) reused[spoilt] = (reused[spoilt] ?? 0) + 1;
      const [, id, fault] = /^\S+ \/(\w+)\/([\w-]+)/.exec(head) ?? [null, "0", "none"];
      shown[fault] = (shown[fault] ?? 0) + 1;
      if (!harmless.has(fault)) spoilt ||= fault;
      if (socket.writable) faults[fault](socket, id);
    });
    socket.on("data", (piece) => splitter.push(piece));
    socket.on("error", () => {});
  });
  return { server, report: () => ({ requests, reused_after_fault: reused, shown }) };
}

// Server-sent events, one every NUMBER milliseconds to all at once: its number and the time on the
// machine's monotonic clock in nanoseconds.
function events(period) {
  const readers = new Set();
  const server = http.createServer((request, response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    response.flushHeaders();
    response.socket.setNoDelay(true);
    readers.add(response);
    response.on("close", () => readers.delete(response));
  });
  let number = 0;
  setInterval(() => {
    ++number;
    for (const one of readers) one.write(`data: ${number} ${process.hrtime.bigint()}\n\n`);
  }, period || 10);
  return { server, report: () => ({ readers: readers.size, number }) };
}

// WebSocket (RFC 6455): sends every message back as it is.
function echo() {
  let opened = 0;
  let open = 0;
  let messages = 0;
  const server = http.createServer((request, response) => response.end("no upgrade"));
  server.on("upgrade", (request, socket) => {
    const key = request.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    const accept = crypto.createHash("sha1").update(key).digest("base64");
    ++opened;
    ++open;
    socket.setNoDelay(true);
    socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
                 `Sec-WebSocket-Accept: ${accept}\r\n\r\n`);
    let pieces = [];
    let size = 0;
    socket.on("data", (piece) => {
      pieces.push(piece);
      size += piece.length;
      for (;;) {
        // Messages of 64 KiB and more, in one frame, masked: a head of 14 bytes.
        if (size < 14) return;
        let bytes = pieces.length === 1 ? pieces[0] : null;
        const first = bytes ?? (pieces[0].length >= 14 ? pieces[0] : (bytes = Buffer.concat(pieces)));
        const length = Number(first.readBigUInt64BE(2));
        if (size < 14 + length) {
          if (bytes && pieces.length > 1) pieces = [bytes];
          return;
        }
        bytes ??= Buffer.concat(pieces);
        const mask = bytes.readUInt32BE(10);
        const text = Buffer.from(bytes.subarray(14, 14 + length));
        let at = 0;
        for (; at + 4 <= length; at += 4) text.writeUInt32BE((text.readUInt32BE(at) ^ mask) >>> 0, at);
        for (; at < length; ++at) text[at] ^= bytes[10 + (at % 4)];
        const head = Buffer.alloc(10);
        head[0] = 0x82;
        head[1] = 127;
        head.writeBigUInt64BE(BigInt(length), 2);
        socket.write(head);
        socket.write(text);
        ++messages;
        pieces = [bytes.subarray(14 + length)];
        size -= 14 + length;
      }
    });
    socket.on("close", () => { --open; });
    socket.on("error", () => {});
  });
  return { server, report: () => ({ opened, open, messages }) };
}

const modes = { counting, recorder, listening, faulty, events, echo };
const [mode, port, number] = process.argv.slice(2);
const { server, report } = modes[mode](Number(number ?? 0));
const control = http.createServer((request, response) => {
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify(report()));
});
server.listen({ host: "127.0.0.1", port: Number(port ?? 0), backlog: 2048 }, () =>
  control.listen(0, "127.0.0.1", () =>
    console.log(`listening ${server.address().port} ${control.address().port}`)));
