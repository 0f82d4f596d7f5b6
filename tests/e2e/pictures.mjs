// Makes the README's pictures in docs/pictures, of a real run of a minute and a half: the docs page after a
// request, the status page under load, the report of that load. No test: run it by hand, with the usual
// ports free, after `cmake --build --preset release`.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { chromium, open_browser, patience } from "./browser.mjs";
import { authorize, close_dialog, try_out } from "./docs_page.mjs";
import { scratch, start_server_of, write_config } from "./programs.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const bin = process.env.BIN ?? join(root, "build/release/bin");
const seconds = Number(process.env.SECONDS ?? 90);
const issuer_url = "http://127.0.0.1:9400";
const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

const config = write_config(
  { port: 8443, admin: 9901 },
  `[[issuer]]
issuer = "${issuer_url}"
jwks_uri = "${issuer_url}/.well-known/jwks.json"
audiences = ["account"]
[issuer.cache]
max_age = "5s"
cooldown = "1s"
[[upstream]]
name = "orders"
addresses = ["http://127.0.0.1:9000", "http://127.0.0.1:9001"]
health_path = "/healthz"
[[route]]
path = "/orders/*"
methods = ["*"]
scopes = ["example:note:read"]
upstream = "orders"
[[route]]
path = "/notes"
methods = ["GET"]
scopes = ["example:note:read"]
handler = "notes.read"
summary = "Read notes"
description = "The notes of whoever asks."
tags = ["Notes"]
[[route]]
path = "/notes"
methods = ["POST"]
scopes = ["example:note:create"]
handler = "notes.create"
summary = "Write a note"
tags = ["Notes"]
[docs]
enabled = true
title = "Notes"
version = "2.4.0"
description = "Short texts, each of one person. *Authorize* signs you in."
client_id = "example-api"
authorization_url = "${issuer_url}/authorize"
token_url = "${issuer_url}/token"
[[docs.tag]]
name = "Notes"
description = "Each way of use with a scope of its own."
[[docs.scope]]
name = "example:note:read"
description = "Read notes"
[[docs.scope]]
name = "example:note:create"
description = "Create notes"
`,
);

// What is seen at first, of all three as high: they stand in one row.
const shot = async (page, name) => {
  await page.screenshot({ path: join(root, "docs/pictures", `${name}.png`), animations: "disabled" });
};

const load = (report) =>
  spawn(join(bin, "latchkey-bench"), [
    "load", "3:https://localhost:8443/orders/17", "https://localhost:8443/notes", "--ca", join(scratch, "server.pem"),
    "--tokens", "distinct=500", "--scope", "example:note:read", "--mix", "valid=93,expired=3,audience=2,garbage=1,missing=1",
    "--rate", "400", "--connections", "32", "--duration", `${seconds}s`, "--idp", "rotate/20s", "--html", report,
  ], { stdio: "inherit" });

const upstream = createServer((asked, answer) => answer.end('{"order": 17}\n'));
upstream.listen(9000, "127.0.0.1");
await once(upstream, "listening");
execFileSync("openssl", [
  "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "90", "-subj", "/CN=localhost",
  "-addext", "subjectAltName=DNS:localhost", "-keyout", join(scratch, "server.key"), "-out", join(scratch, "server.pem"),
], { stdio: "ignore" });
const server = await start_server_of(config);
const browser = await open_browser(chromium);
try {
  const context = await browser.newContext({
    colorScheme: "light", ignoreHTTPSErrors: true, viewport: { width: 1100, height: 720 },
  });
  context.setDefaultTimeout(patience);
  const page = await context.newPage();
  await page.goto("http://127.0.0.1:9901/status");
  const report = join(scratch, "load.html");
  const running = load(report);
  // It keeps itself fresh.
  await wait((seconds - 10) * 1_000);
  await shot(page, "readme-status");
  await once(running, "exit");
  await page.goto(pathToFileURL(report).href);
  await shot(page, "readme-load");

  const issuer = spawn(join(bin, "latchkey-issuer"), [
    "serve", "--redirect-uri", "https://localhost:8443/docs/oauth2-redirect",
  ], { stdio: ["ignore", "pipe", "inherit"] });
  await once(issuer.stdout, "data");
  await page.goto("https://localhost:8443/");
  await page.locator(".opblock").first().waitFor();
  const popup = await authorize(page, ["example:note:read"]);
  await popup.getByLabel("User name").fill("ann");
  const closed = popup.waitForEvent("close");
  await popup.getByRole("button", { name: "Sign in" }).click();
  await closed;
  await close_dialog(page);
  console.log(await try_out(page, await page.locator(".opblock").first().getAttribute("id")));
  await page.evaluate(() => document.activeElement.blur());
  await page.evaluate(() => scrollTo(0, 0));
  await shot(page, "readme-docs");
  issuer.kill("SIGTERM");
  await once(issuer, "exit");
} finally {
  await browser.close();
  await server.stop();
  upstream.closeAllConnections();
  upstream.close();
}
process.exit(0);
