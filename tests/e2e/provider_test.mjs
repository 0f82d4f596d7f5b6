// The docs page in a browser with a certified provider behind it: sign in, consent, try routes, and go
// on while the provider changes its keys. Keys come by discovery.
import assert from "node:assert/strict";

import { chromium, listen, open_browser, pictures_of, tell } from "./browser.mjs";
import { authorize, close_dialog, sign_out, try_out } from "./docs_page.mjs";
import { needs_node } from "./npm.mjs";
import { resource, scopes, sign_in, start_provider } from "./oidc_provider.mjs";
import { await_cooldown, free_port, start_server_of, write_config } from "./programs.mjs";

needs_node(20);
const [read_scope] = scopes;

const config_of = (listeners, url) => write_config(
  listeners,
  `[[issuer]]
issuer = "${url}"
allow_internal = true
audiences = ["${resource}"]
require_typ = "at+jwt"
[issuer.cache]
cooldown = "1s"
[docs]
enabled = true
title = "Notes"
client_id = "example-api"
authorization_url = "${url}/auth"
token_url = "${url}/token"
authorization_parameters = { resource = "${resource}" }
${scopes.map((name) => `[[docs.scope]]\nname = "${name}"`).join("\n")}
[[route]]
path = "/notes"
methods = ["GET"]
scopes = ["example:note:read"]
handler = "notes.read"
operation_id = "read_note"
[[route]]
path = "/notes"
methods = ["POST"]
scopes = ["example:note:create"]
handler = "notes.create"
operation_id = "create_note"
[[route]]
path = "/my-token"
methods = ["GET"]
handler = "token"
operation_id = "my_token"
`,
);

const header_of = (token) => JSON.parse(Buffer.from(token.split(".")[0], "base64url"));

// The token that the page gets for that scope; `at_provider` does what the provider's window asks for.
const get_token = async (page, at_provider) => {
  const answered = page.waitForResponse((answer) => new URL(answer.url()).pathname === "/token");
  const popup = await authorize(page, [read_scope]);
  const closed = popup.waitForEvent("close");
  await at_provider(popup);
  const { access_token } = await (await answered).json();
  await closed;
  await close_dialog(page);
  return header_of(access_token);
};

const walk = async (page, origin, provider, heard) => {
  // The provider's pages may complain of what they like.
  const errors = () => heard.errors.filter((one) => one.startsWith(origin));
  await page.goto(`${origin}/`);
  await page.locator(".opblock").nth(2).waitFor();
  const first = await get_token(page, async (popup) => {
    await pictures_of(popup, "provider-sign-in");
    await sign_in(popup, "ann");
  });
  assert.deepEqual([first.alg, first.typ, first.kid], ["RS256", "at+jwt", provider.kid]);

  assert.equal((await try_out(page, "read_note")).status, "200");
  assert.match((await try_out(page, "my_token")).text, /"sub": "ann"/);
  assert.deepEqual(errors(), []);
  const refused = await try_out(page, "create_note");
  assert.equal(refused.status, "403");
  assert.match(refused.text, /Not enough permissions/);
  assert.match(
    refused.text, /www-authenticate: Bearer error="insufficient_scope", ?scope="example:note:create"/i);
  await pictures_of(page, "provider-challenge");
  // The browser logs each answer that is an error; this one was asked for.
  assert.equal(errors().length, 1, errors().join("\n"));
  heard.errors.length = 0;

  const fetched = performance.now();
  provider.rotate();
  assert.equal((await try_out(page, "read_note")).status, "200", "the old key is still published");
  await await_cooldown(fetched);
  await sign_out(page);
  const second = await get_token(page, (popup) => sign_in(popup, "ann"));
  assert.equal(second.kid, provider.kid);
  assert.notEqual(second.kid, first.kid);
  assert.equal((await try_out(page, "read_note")).status, "200", "the first call with the new key");
  assert.deepEqual(heard.violations, []);
  assert.deepEqual(errors(), []);
};

const port = await free_port();
const origin = `https://localhost:${port}`;
const provider = await start_provider([`${origin}/docs/oauth2-redirect`]);
const server = await start_server_of(config_of({ port, admin: await free_port() }, provider.url));
const browser = await open_browser(chromium);
try {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  // The one thing that the provider's own pages fetch from elsewhere.
  await context.route("https://fonts.googleapis.com/**", (route) =>
    route.fulfill({ contentType: "text/css", body: "" }));
  const heard = await listen(context);
  const page = await context.newPage();
  try {
    await walk(page, origin, provider, heard);
  } catch (error) {
    for (const one of context.pages()) await tell(one);
    console.log(heard);
    throw error;
  }
} catch (error) {
  console.log(server.lines.join("\n"));
  throw error;
} finally {
  await browser.close();
}
await provider.stop();
assert.equal(await server.stop(), 0);
console.log("passed");
process.exit(0);
