// A browser on the docs page of the real server: authorize, sign in at the development issuer, come
// back with a code, get a token by PKCE, try a route. Nothing on the way may break the content
// security policy.
import assert from "node:assert/strict";

import { chromium, listen, open_browser, patience, picture, pictures } from "./browser.mjs";
import { free_port, start_issuer, start_server } from "./programs.mjs";

const authorize = async (context, page) => {
  await page.getByRole("button", { name: "Authorize" }).first().click();
  const dialog = page.locator(".dialog-ux");
  await dialog.locator("label[for^='example:note:read']").first().click();
  assert.equal(await dialog.locator("#client_id_authorizationCode").inputValue(), "example-api");
  await picture(page, "authorize");
  const opened = context.waitForEvent("page");
  await dialog.getByRole("button", { name: "Apply given OAuth2 credentials" }).click();
  return opened;
};

const sign_in = async (popup) => {
  await popup.getByRole("heading", { name: "Sign in" }).waitFor();
  assert.equal(await popup.getByRole("checkbox", { name: "example:note:read" }).isChecked(), true);
  await popup.getByLabel("User name").fill("ann");
  await picture(popup, "sign-in");
  const closed = popup.waitForEvent("close");
  await popup.getByRole("button", { name: "Sign in" }).click();
  await closed;
};

// Opens one operation of the page, executes it, and gives status and body of the answer.
const try_out = async (page, id) => {
  const operation = page.locator(`[id$="${id}"]`);
  await operation.locator("button.opblock-summary-control").click();
  await operation.getByRole("button", { name: "Try it out" }).click();
  await operation.getByRole("button", { name: "Execute" }).click();
  const answer = operation.locator(".live-responses-table .response");
  await answer.waitFor();
  return {
    status: (await answer.locator(".response-col_status").innerText()).trim().slice(0, 3),
    text: await answer.locator(".response-col_description").innerText(),
  };
};

// That no violation was heard says something only if one would have been.
const prove_watched = async (page, heard) => {
  await page.evaluate(() => {
    const inline = document.createElement("script");
    inline.textContent = "1";
    return new Promise((done) => {
      document.addEventListener("securitypolicyviolation", () => done(), { once: true });
      document.head.append(inline);
    });
  });
  assert.match(heard.violations.join("\n"), /script-src/);
};

// A browser reads an answer only once it has sent its request: status by status of uploads that
// nobody wants, each far longer than what the server and the network keep.
const upload_in_vain = (page, times) =>
  page.evaluate(async (count) => {
    const statuses = [];
    for (let i = 0; i < count; ++i) {
      const answer = await fetch("/notes", { method: "POST", body: new Uint8Array(8_000_000) });
      statuses.push(answer.status);
    }
    return statuses;
  }, times);

const walk = async (context, page, origin, heard) => {
  page.setDefaultTimeout(patience);
  await page.goto(`${origin}/`);
  await page.locator(".opblock").nth(3).waitFor();
  assert.equal(await page.title(), "ExampleApp");
  await picture(page, "docs");

  assert.equal((await try_out(page, "create_note_notes_post")).status, "401", "no token yet");
  // The browser logs each answer that is an error; this one was asked for.
  assert.equal(heard.errors.length, 1, heard.errors.join("\n"));
  assert.deepEqual(await upload_in_vain(page, 20), Array(20).fill(401));
  heard.errors.length = 0;

  await sign_in(await authorize(context, page));
  await page.locator(".dialog-ux button", { hasText: "Logout" }).waitFor();
  await picture(page, "authorized");
  await page.locator(".dialog-ux button", { hasText: "Close" }).click();

  const read = await try_out(page, "read_note_notes_get");
  assert.equal(read.status, "200");
  assert.match(read.text, /You have the required scope to read a note/);
  const token = await try_out(page, "token_my_token_get");
  assert.equal(token.status, "200");
  assert.match(token.text, /"sub": "ann"/);
  assert.match(token.text, /"scope": "example:note:read"/);
  await picture(page, "tried");

  assert.deepEqual(heard.violations, []);
  assert.deepEqual(heard.errors, []);
  await prove_watched(page, heard);
};

const run = async (context, origin) => {
  const heard = await listen(context);
  const page = await context.newPage();
  try {
    await walk(context, page, origin, heard);
  } catch (error) {
    console.log(await page.locator(".dialog-ux, #docs").last().innerText());
    console.log(heard);
    throw error;
  }
};

const port = await free_port();
const origin = `https://localhost:${port}`;
const issuer = await start_issuer(`${origin}/docs/oauth2-redirect`);
const server = await start_server(port, issuer.url);
const browser = await open_browser(chromium);
try {
  for (const scheme of pictures ? ["light", "dark"] : ["light"]) {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, colorScheme: scheme });
    await run(context, origin);
    await context.close();
  }
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
