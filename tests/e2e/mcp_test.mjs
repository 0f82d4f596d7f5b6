// MCP servers behind latchkey, used by the official SDK's client, which knows a URL and nothing else: it is
// refused, finds the metadata of the resource and the authorization server (a certified one), registers,
// has its user sign in, calls a tool, is refused for a scope, asks for more, and goes on.
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
[[route]]
path = "/mcp"
methods = ["GET", "POST", "DELETE"]
scopes = ["mcp:use"]
upstream = "everything"
token_to_upstream = "remove"
[[route]]
path = "/mcp/small"
methods = ["GET", "POST", "DELETE"]
scopes = ["mcp:use", "mcp:sum"]
upstream = "small"
token_to_upstream = "remove"
`,
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

// From the URL alone to a tool.
const log_in = async (client, { url, metadata, lines }) => {
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
  assert.deepEqual([client.claims().aud, client.claims().scope], [url, "mcp:use"]);

  await client.connect();
  assert.ok((await client.client.listTools()).tools.length > 2);
  assert.equal(await client.call("echo", { message: "hello" }), "Echo: hello");
  await client.close();
};

// With that token to a server of the same resource that needs one scope more.
const step_up = async (client, { metadata, lines, small }) => {
  await assert.rejects(client.connect(), sdk.UnauthorizedError);
  assert.equal(
    challenge(lines),
    `Bearer error="insufficient_scope", scope="mcp:use mcp:sum", resource_metadata="${metadata}"`);
  assert.equal(small.seen.length, 0, "nothing was sent on");
  const more = await client.sign_in([{}]);
  assert.equal(more.get("scope"), "mcp:use mcp:sum");
  assert.equal(client.claims().scope, "mcp:use mcp:sum");
  await client.connect();
  assert.equal(await client.call("get-sum", { a: 2, b: 3 }), "The sum is 5");
  assert.ok(small.seen.every((fields) => fields.authorization === undefined));
  await client.close();
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
  const first = new McpClient(sdk, url, fetching);
  await log_in(first, { url, metadata, lines });
  await step_up(new McpClient(sdk, `${url}/small`, fetching, first), { metadata, lines, small });
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
