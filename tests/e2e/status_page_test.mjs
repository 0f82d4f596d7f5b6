// The status page of a server with traffic, in a real browser, light and dark: what it shows, that it
// loads nothing but itself, that it keeps fresh and keeps its place, and says when nobody answers.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { request } from "node:https";

import { check_width, chromium, listen, open_browser, picture, pictures } from "./browser.mjs";
import { free_port, mint, start_issuer, start_server_of, write_config } from "./programs.mjs";

const start_upstream = async () => {
  const server = createServer((asked, answer) => {
    answer.statusCode = asked.url.startsWith("/api/broken") ? 500 : 200;
    answer.end("from the upstream\n");
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return server;
};

const config_of = ({ issuer, upstream, nobody, ...listeners }) => write_config(
  listeners,
  `[[issuer]]
issuer = "${issuer.url}"
jwks_uri = "${issuer.url}/.well-known/jwks.json"
audiences = ["account"]
[[upstream]]
name = "api"
addresses = ["http://127.0.0.1:${upstream}", "http://127.0.0.1:${nobody}"]
health_path = "/healthz"
health_interval = "100ms"
health_timeout = "100ms"
[[route]]
path = "/api/*"
methods = ["*"]
scopes = ["example:note:read"]
upstream = "api"
[[route]]
path = "/notes"
methods = ["GET"]
scopes = ["example:note:read"]
handler = "notes.read"
[[route]]
path = "/public/*"
methods = ["*"]
public = true
upstream = "api"
`,
);

const ask = (port, path, token) =>
  new Promise((done, failed) => {
    const headers = token ? { authorization: `Bearer ${token}` } : {};
    const asked = request(
      { host: "127.0.0.1", port, path, headers, rejectUnauthorized: false },
      (answer) => answer.resume().on("end", () => done(answer.statusCode)),
    );
    asked.on("error", failed).end();
  });

// Of each kind some, so that there is something to see.
const send_traffic = async (port, token) => {
  const paths = [
    ["/notes", token, 40], ["/api/things", token, 25], ["/public/page", undefined, 12],
    ["/api/broken", token, 2], ["/notes", undefined, 9], ["/notes", `${token}x`, 4],
    ["/notes", "none", 2], ["/nowhere", token, 3],
  ];
  for (const [path, by, count] of paths) {
    await Promise.all(Array.from({ length: count }, () => ask(port, path, by)));
  }
};

const shown = (page) => page.locator("main").innerText();

// The main part is another one once it has been refreshed.
const await_refresh = async (page) => {
  await page.evaluate(() => (document.querySelector("main").dataset.old = "yes"));
  await page.waitForFunction(() => !document.querySelector("main").dataset.old);
};

const check_content = async (page, { issuer, upstream, nobody, port }) => {
  const text = await shown(page);
  for (const expected of [
    `127.0.0.1:${upstream}`, `127.0.0.1:${nobody}`, "unhealthy", "needs attention",
    "1 of 2 addresses of upstream api are out", "/api/*", "/public/*", "no_credentials",
    issuer.url, "localhost", `https://127.0.0.1:${port}`,
  ]) {
    assert.ok(text.includes(expected), `${expected} is not in:\n${text}`);
  }
  await check_width(page, "the status page");
  for (const width of pictures ? [1280, 390] : []) {
    await page.setViewportSize({ width, height: 800 });
    await picture(page, `status-${width}`);
  }
};

const check_refresh = async (page, port, token) => {
  await page.setViewportSize({ width: 900, height: 500 });
  await page.evaluate(() => scrollTo(0, 300));
  assert.equal(await page.evaluate(() => scrollY), 300);
  const count = async () =>
    page.locator("tr", { hasText: "no_credentials" }).locator("td").last().innerText();
  const before = Number(await count());
  await ask(port, "/notes");
  await await_refresh(page);
  assert.equal(Number(await count()), before + 1);
  assert.equal(await page.evaluate(() => scrollY), 300, "the place is kept");
  // What somebody has selected stays.
  await page.evaluate(() => getSelection().selectAllChildren(document.querySelector("h2")));
  await page.evaluate(() => (document.querySelector("main").dataset.old = "yes"));
  await page.waitForTimeout(6_000);
  assert.ok(await page.evaluate(() => document.querySelector("main").dataset.old));
  await page.evaluate(() => getSelection().removeAllRanges());
};

const background = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

const issuer = await start_issuer("https://localhost/");
const upstream = await start_upstream();
const facts = {
  issuer, port: await free_port(), admin: await free_port(),
  upstream: upstream.address().port, nobody: await free_port(),
};
const server = await start_server_of(config_of(facts));
const browser = await open_browser(chromium);
const origin = `http://127.0.0.1:${facts.admin}`;
const grounds = {};
try {
  const token = mint(issuer, { audience: "account", scope: "example:note:read" });
  for (let i = 0; i < 3; ++i) {
    await send_traffic(facts.port, token);
    if (pictures) await new Promise((done) => setTimeout(done, 11_000));
  }
  let page;
  for (const scheme of ["light", "dark"]) {
    const context = await browser.newContext({ colorScheme: scheme });
    const heard = await listen(context);
    page = await context.newPage();
    const loaded = [];
    page.on("request", (asked) => loaded.push(asked.url()));
    const answer = await page.goto(`${origin}/status`);
    assert.match(answer.headers()["content-security-policy"], /default-src 'none'/);
    await page.getByText("1 of 2 addresses", { exact: false }).waitFor();
    await check_content(page, facts);
    if (scheme === "light") await check_refresh(page, facts.port, token);
    grounds[scheme] = await background(page);
    assert.deepEqual(heard.violations, []);
    assert.deepEqual(heard.errors, []);
    assert.deepEqual([...new Set(loaded)], [`${origin}/status`], "it loads nothing but itself");
  }
  assert.notEqual(grounds.light, grounds.dark);
  assert.equal(await server.stop(), 0);
  await page.getByText("latchkey does not answer").waitFor();
  assert.ok((await shown(page)).includes("no_credentials"), "what was known is still there");
} catch (error) {
  console.log(server.lines.slice(-30).join("\n"));
  throw error;
} finally {
  await browser.close();
  upstream.closeAllConnections();
  upstream.close();
}
assert.equal(await issuer.stop(), 0);
console.log("passed");
process.exit(0);
