// The OpenAPI document of the real server: what a linter that others wrote says of it, and whether the
// refusals that it shows are those that are given.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { fetch_with } from "./https_fetch.mjs";
import { needs_node, skip } from "./npm.mjs";
import { free_port, mint, scratch, start_issuer, start_server } from "./programs.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const redocly = join(root, "node_modules/@redocly/cli/bin/cli.js");
if (!existsSync(redocly)) skip("@redocly/cli is not installed; run npm ci --ignore-scripts");
needs_node(20);

// What the linter complains of, errors and warnings, by its recommended rules.
const lint = async (name, document) => {
  const path = join(scratch, `${name}.json`);
  writeFileSync(path, document);
  const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" };
  const args = [redocly, "lint", "--format=json", "--extends=recommended", path];
  // It ends with 1 where it finds errors.
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, cwd: scratch }).catch((error) => error);
  const said = JSON.parse(stdout.slice(stdout.indexOf("{")));
  return said.problems.map((one) => `${one.severity} ${one.ruleId}: ${one.message} ${JSON.stringify(one.location)}`);
};

// A bit of everything a route can be.
const more_routes = (nobody) => `
[[upstream]]
name = "orders"
addresses = ["http://127.0.0.1:${nobody}"]
[[route]]
path = "/orders/{id}"
methods = ["*"]
scopes = ["example:note:read", "example:note:update"]
upstream = "orders"
summary = "An order"
operation_id = "order"
[[route.limit]]
by = "address"
rate = "1/h"
[[route]]
path = "/prices/*"
methods = ["GET"]
public = true
upstream = "orders"
summary = "Prices"
operation_id = "prices"
tags = ["Notes"]
`;

// The answer as the document has it: status, body, and the fields that it describes.
const shown = (document, path, status, name) => {
  const told = document.paths[path].get.responses[status];
  const fields = Object.entries(told.headers ?? {})
    .filter(([, one]) => one.examples?.[name])
    .map(([field, one]) => [field, String(one.examples[name].value)]);
  return { status, body: told.content["application/json"].examples[name].value, ...Object.fromEntries(fields) };
};

const given = async (ask, url, fields, token) => {
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  const answer = await ask(url, { headers });
  const named = fields.map((field) => [field, answer.headers.get(field)]);
  return { status: String(answer.status), body: await answer.json(), ...Object.fromEntries(named) };
};

const compare_refusals = async (ask, origin, document, issuer) => {
  const order = { audience: "account", scope: "example:note:read" };
  const expired = mint(issuer, { ...order, "expires-in": "-60" });
  const forged = `${mint(issuer, order).slice(0, -8)}AAAAAAAA`;
  for (const [name, token] of [["no_token", undefined], ["expired", expired], ["bad_signature", forged]]) {
    assert.deepEqual(
      await given(ask, `${origin}/notes`, ["WWW-Authenticate"], token), shown(document, "/notes", "401", name));
  }
  const scope_status = document.paths["/notes"].get.responses["403"] ? "403" : "401";
  const without = mint(issuer, { ...order, scope: "other" });
  assert.deepEqual(
    await given(ask, `${origin}/notes`, ["WWW-Authenticate"], without),
    shown(document, "/notes", scope_status, "missing_scope"));
  const fine = mint(issuer, { ...order, scope: "example:note:read example:note:update" });
  assert.deepEqual(
    await given(ask, `${origin}/orders/1`, ["Retry-After"], fine),
    shown(document, "/orders/{id}", "503", "no_upstream"));
  const often = await given(ask, `${origin}/orders/1`, [], fine);
  const { status, body } = shown(document, "/orders/{id}", "429", "too_often");
  assert.deepEqual(often, { status, body });
};

const compare_success = async (ask, origin, document, issuer) => {
  const token = mint(issuer, { audience: "account", scope: "example:note:read" });
  const answer = await ask(`${origin}/notes`, { headers: { authorization: `Bearer ${token}` } });
  assert.deepEqual(
    await answer.json(), document.paths["/notes"].get.responses["200"].content["application/json"].example);
};

const issuer = await start_issuer("https://localhost/unused");
for (const scope_status of ["401", "403"]) {
  const port = await free_port();
  const server = await start_server(port, issuer.url, {
    "server.insufficient_scope_status": scope_status, "docs.license": "Apache-2.0",
  }, more_routes(await free_port()));
  const ask = fetch_with(readFileSync(join(scratch, "server.pem")));
  const origin = `https://localhost:${port}`;
  try {
    const text = await (await ask(`${origin}/openapi.json`)).text();
    assert.deepEqual(await lint(`oauth-${scope_status}`, text), []);
    const document = JSON.parse(text);
    // That nothing is found says something only if something would be.
    const worse = JSON.stringify({ ...document, info: { ...document.info, license: undefined } });
    assert.match((await lint("worse", worse)).join("\n"), /^warn info-license: [^\n]*$/);
    assert.match(document.openapi, /^3\.1\./);
    await compare_refusals(ask, origin, document, issuer);
    await compare_success(ask, origin, document, issuer);
  } catch (error) {
    console.log(server.lines.join("\n"));
    throw error;
  }
  assert.equal(await server.stop(), 0);
}
assert.equal(await issuer.stop(), 0);
console.log("passed");
process.exit(0);
