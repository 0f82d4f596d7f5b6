// Pages of other origins in a real browser: what they may read of the real server and what not.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { join } from "node:path";

import { chromium, open_browser, patience } from "./browser.mjs";
import { free_port, mint, scratch, start_issuer, start_server } from "./programs.mjs";

// Serves an empty page of that origin, with the certificate of the server: of one site with it, so
// that no browser's rules of third-party cookies come into it.
const serve_page = async (origin) => {
  const identity = {
    cert: readFileSync(join(scratch, "server.pem")), key: readFileSync(join(scratch, "server.key")),
  };
  const page = createServer(identity, (request, answer) => {
    answer.setHeader("Content-Type", "text/html");
    answer.end("<!doctype html><title>page</title>");
  });
  await new Promise((done) => page.listen(new URL(origin).port, "127.0.0.1", done));
  page.unref();
};

const open_page = async (context, origin) => {
  const page = await context.newPage();
  await page.goto(`${origin}/`);
  return page;
};

// What the page's own script gets to see: a status with the fields it may read, or nothing.
const ask = (page, url, order = {}) =>
  page.evaluate(
    async ([where, how]) => {
      try {
        const answer = await fetch(where, how);
        return {
          status: answer.status,
          text: await answer.text(),
          id: answer.headers.get("x-request-id"),
          challenge: answer.headers.get("www-authenticate"),
        };
      } catch (error) {
        return { failed: error.name };
      }
    },
    [url, order],
  );

const refused = { failed: "TypeError" };

// How many requests of that method and status the server's log tells of.
const count = (server, method, status) =>
  server.lines.filter((line) => line.includes(`"method":"${method}"`) && line.includes(`"status":${status}`)).length;

const until_counted = async (server, method, status, wanted) => {
  for (let i = 0; i < 200 && count(server, method, status) < wanted; ++i) {
    await new Promise((done) => setTimeout(done, 20));
  }
  assert.equal(count(server, method, status), wanted, `${method} ${status}`);
};

const walk = async (context, server, url, token, pages) => {
  const friend = await open_page(context, pages.friend);
  const stranger = await open_page(context, pages.stranger);
  const authorized = { Authorization: `Bearer ${token}` };

  // A simple GET: no preflight. The refusal can be read, and says what it is.
  const without = await ask(friend, `${url}/my-token`);
  assert.equal(without.status, 401);
  assert.equal(without.challenge, "Bearer", "exposed");
  assert.match(without.text, /Not authenticated/);
  assert.equal(without.id, null, "not exposed");
  await until_counted(server, "OPTIONS", 204, 0);
  assert.deepEqual(await ask(stranger, `${url}/my-token`), refused);
  await until_counted(server, "GET", 401, 2);

  // With a token: after a preflight, of which a stranger comes no further.
  const read = await ask(friend, `${url}/my-token`, { headers: authorized });
  assert.equal(read.status, 200);
  const posted = await ask(friend, `${url}/notes`, {
    method: "POST", headers: { ...authorized, "Content-Type": "application/json" }, body: "{}",
  });
  assert.equal(posted.status, 200);
  await until_counted(server, "OPTIONS", 204, 2);
  assert.deepEqual(await ask(stranger, `${url}/my-token`, { headers: authorized }), refused);
  await until_counted(server, "OPTIONS", 204, 3);
  await until_counted(server, "GET", 200, 1);

  // A field, and a route, that no page of another origin may use.
  assert.deepEqual(await ask(friend, `${url}/my-token`, { headers: { ...authorized, "X-Other": "1" } }), refused);
  assert.deepEqual(await ask(friend, `${url}/my-scopes`, { headers: authorized }), refused);

  // A cookie comes with a request only where both sides want it.
  const { hostname } = new URL(url);
  await context.addCookies([
    { name: "session", value: token, domain: hostname, path: "/", secure: true, sameSite: "None" },
  ]);
  const bare = await ask(friend, `${url}/my-token`);
  assert.equal(bare.status, 401);
  const cookie = await ask(friend, `${url}/my-token`, { credentials: "include" });
  assert.equal(cookie.status, 200);
  const changed = await ask(friend, `${url}/notes`, { method: "POST", credentials: "include" });
  assert.equal(changed.status, 200);
  assert.deepEqual(await ask(stranger, `${url}/my-token`, { credentials: "include" }), refused);
  // A simple POST is sent without asking first: it must not be done on the cookie's word.
  assert.deepEqual(await ask(stranger, `${url}/notes`, { method: "POST", credentials: "include" }), refused);
  await until_counted(server, "POST", 403, 1);
  await until_counted(server, "POST", 200, 2);
};

const port = await free_port();
const some_origin = async () => `https://localhost:${await free_port()}`;
const pages = { friend: await some_origin(), stranger: await some_origin() };
const issuer = await start_issuer("https://localhost/unused");
const cors = (index) => ({
  [`route.${index}.cors.origins`]: JSON.stringify([pages.friend]),
  [`route.${index}.cors.exposed`]: '["WWW-Authenticate"]',
  [`route.${index}.cors.credentials`]: "true",
});
const server = await start_server(
  port, issuer.url, { ...cors(0), ...cors(3), "log.sample_refusals": "false" }, '\n[[issuer.token_from]]\ncookie = "session"\n',
);
const token = mint(issuer, { audience: "account", scope: "example:note:create" });
for (const origin of Object.values(pages)) await serve_page(origin);
const browser = await open_browser(chromium);
try {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  context.setDefaultTimeout(patience);
  await walk(context, server, `https://localhost:${port}`, token, pages);
} catch (error) {
  console.log(server.lines.join("\n"));
  throw error;
} finally {
  await browser.close();
}
assert.equal(await server.stop(), 0);
assert.equal(await issuer.stop(), 0);
console.log("passed");
process.exit(0);
