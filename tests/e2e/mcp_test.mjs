// MCP servers behind latchkey, used by the official SDK's client, which knows a URL and nothing else: it is
// refused, finds the metadata of the resource and the authorization server (a certified one), registers,
// has its user sign in, calls a tool, is refused for a scope, asks for more, and goes on. Then the same
// routes by revision 2026-07-28, which the SDK does not speak yet: requests that name method and tool in
// fields.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { fetch_with } from "./https_fetch.mjs";
import { load_sdk, McpClient, recorded } from "./mcp_client.mjs";
import { start_mcp_upstream } from "./mcp_upstream.mjs";
import { needs_node } from "./npm.mjs";
import { start_provider } from "./oidc_provider.mjs";
import { free_port, scratch, start_script, start_server_of, write_config } from "./programs.mjs";

needs_node(20);
const sdk = await load_sdk();

const revision = "2026-07-28";
const scopes = ["mcp:use", "mcp:sum"];
const config_of = (listeners, { provider, resource, everything, small }) => write_config(
  listeners,
  `[[issuer]]
issuer = "${provider.url}"
allow_internal = true
audiences = ["${resource}"]
require_typ = "at+jwt"
[[upstream]]
name = "everything"
addresses = ["http://127.0.0.1:${everything}"]
[[upstream]]
name = "small"
addresses = ["http://127.0.0.1:${small}"]
[[resource]]
identifier = "${resource}"
name = "Tools"
${["/mcp", "/mcp/small"].map((path) => `[[route]]
path = "${path}"
methods = ["GET", "POST", "DELETE"]
scopes = ["mcp:use"]
upstream = "${path === "/mcp" ? "everything" : "small"}"
token_to_upstream = "remove"
[route.mcp]
tools = { echo = [], get-sum = ["mcp:sum"] }
`).join("")}`,
);

const here = dirname(fileURLToPath(import.meta.url));
const start_everything = async (port) => {
  const only_loopback = pathToFileURL(join(here, "only_loopback.mjs")).href;
  const script = "@modelcontextprotocol/server-everything/dist/index.js";
  const server = start_script(["--import", only_loopback], script, ["streamableHttp"], { PORT: String(port) });
  await server.wait_for(/listening on port/);
  return server;
};

const challenge = (lines) => lines.findLast((one) => one.challenge).challenge;

// From the URL alone to a tool that needs one scope more. Gives the two tokens.
const walk = async (client, { url, metadata, lines }) => {
  await assert.rejects(client.connect(), sdk.UnauthorizedError);
  assert.equal(challenge(lines), `Bearer scope="mcp:use", resource_metadata="${metadata}"`);
  assert.deepEqual(
    lines.map(({ line }) => line.replace(/ -> .*/, "")),
    ["POST /mcp initialize", "GET /.well-known/oauth-protected-resource/mcp",
      "GET /.well-known/oauth-authorization-server", "POST /reg"]);
  const asked = await client.sign_in([{ login: "ann", password: "any" }, {}]);
  assert.equal(asked.get("resource"), url);
  assert.equal(asked.get("scope"), "mcp:use");
  assert.equal(asked.get("code_challenge_method"), "S256");
  const first = client.provider.kept.tokens.access_token;
  assert.deepEqual([client.claims().aud, client.claims().scope], [url, "mcp:use"]);

  await client.connect();
  assert.ok((await client.client.listTools()).tools.length > 2);
  assert.equal(await client.call("echo", { message: "hello" }), "Echo: hello");
  await assert.rejects(client.call("get-env", {}), { code: 403 });

  await assert.rejects(client.call("get-sum", { a: 2, b: 3 }), sdk.UnauthorizedError);
  assert.equal(
    challenge(lines),
    `Bearer error="insufficient_scope", scope="mcp:use mcp:sum", resource_metadata="${metadata}"`);
  const more = await client.sign_in([{}]);
  assert.equal(more.get("scope"), "mcp:use mcp:sum");
  assert.equal(client.claims().scope, "mcp:use mcp:sum");
  assert.match(await client.call("get-sum", { a: 2, b: 3 }), /The sum of 2 and 3 is 5/);
  await client.close();
  return { first, second: client.provider.kept.tokens.access_token };
};

// A request as a client of revision 2026-07-28 sends it, without a session; `fields` in the place of its own.
const call = async (fetching, url, token, name, args, fields = {}) => {
  const params = {
    name, arguments: args,
    _meta: {
      "io.modelcontextprotocol/protocolVersion": revision,
      "io.modelcontextprotocol/clientInfo": { name: "latchkey-test", version: "1" },
      "io.modelcontextprotocol/clientCapabilities": {},
    },
  };
  const answer = await fetching(url, {
    method: "POST",
    headers: {
      accept: "application/json, text/event-stream", "content-type": "application/json",
      "mcp-protocol-version": revision, "mcp-method": "tools/call", "mcp-name": name, ...fields,
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 7, method: "tools/call", params }),
  });
  const text = await answer.text();
  return { status: answer.status, ...(text.startsWith("{") ? JSON.parse(text) : { text }) };
};

const walk_with_fields = async (fetching, url, { first, second }, { metadata, lines, small }) => {
  const sum = { a: 2, b: 3 };
  assert.equal((await call(fetching, url, undefined, "echo", {})).status, 401);
  assert.equal(challenge(lines), `Bearer scope="mcp:use", resource_metadata="${metadata}"`);
  const echoed = await call(fetching, url, first, "echo", { message: "hello" });
  assert.equal(echoed.result.content[0].text, "Echo: hello");
  const arrived = small.seen.at(-1);
  assert.deepEqual([arrived["mcp-method"], arrived["mcp-name"]], ["tools/call", "echo"]);
  assert.equal(arrived.authorization, undefined);
  assert.equal((await call(fetching, url, first, "get-sum", sum)).status, 403);
  assert.equal(
    challenge(lines),
    `Bearer error="insufficient_scope", scope="mcp:use mcp:sum", resource_metadata="${metadata}"`);
  const summed = await call(fetching, url, second, "get-sum", sum);
  assert.equal(summed.result.content[0].text, "The sum is 5");
  // The fields say what the tables allow, the body another thing.
  const before = small.seen.length;
  const mixed = await call(fetching, url, first, "get-sum", sum, { "mcp-name": "echo" });
  assert.deepEqual([mixed.status, mixed.error.code, mixed.id], [400, -32020, 7]);
  const future = await call(fetching, url, second, "echo", {}, { "mcp-protocol-version": "2099-01-01" });
  assert.equal(future.status, 400);
  assert.equal(small.seen.length, before, "neither was sent on");
};

const port = await free_port();
const url = `https://localhost:${port}/mcp`;
const metadata = `https://localhost:${port}/.well-known/oauth-protected-resource/mcp`;
const ports = { everything: await free_port(), small: await free_port() };
const provider = await start_provider([], { resource: url, scopes, registration: true });
const everything = await start_everything(ports.everything);
const small = await start_mcp_upstream(ports.small);
const server = await start_server_of(
  config_of({ port, admin: await free_port() }, { provider, resource: url, ...ports }));
const lines = [];
const fetching = recorded(fetch_with(readFileSync(join(scratch, "server.pem"))), lines);
try {
  const tokens = await walk(new McpClient(sdk, url, fetching), { url, metadata, lines });
  console.log(`(revision ${revision}, with fields)`);
  await walk_with_fields(fetching, `${url}/small`, tokens, { metadata, lines, small });
} catch (error) {
  console.log(server.lines.join("\n"));
  throw error;
}
await provider.stop();
await small.stop();
assert.equal(await server.stop(), 0);
await everything.stop();
console.log("passed");
process.exit(0);
