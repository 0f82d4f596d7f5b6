// A browser on the docs page of the real server: look around, authorize, sign in at the development
// issuer, come back with a code, get a token by PKCE, try routes, go on when the keys have changed.
// Nothing on the way may break the content security policy.
import assert from "node:assert/strict";

import { check_width, chromium, listen, open_browser, pictures_of, tell } from "./browser.mjs";
import { authorize, close_dialog, sign_out, try_out } from "./docs_page.mjs";
import { load } from "./npm.mjs";
import { await_cooldown, free_port, start_issuer, start_server } from "./programs.mjs";

const read_scope = "example:note:read";
const axe_source = (await load("axe-core")).default.source;

const sign_in = async (popup) => {
  await popup.getByRole("heading", { name: "Sign in" }).waitFor();
  assert.equal(await popup.getByRole("checkbox", { name: read_scope }).isChecked(), true);
  await popup.getByLabel("User name").fill("ann");
  await pictures_of(popup, "sign-in");
  const closed = popup.waitForEvent("close");
  await popup.getByRole("button", { name: "Sign in" }).click();
  await closed;
};

const get_token = async (page) => {
  await sign_in(await authorize(page, [read_scope]));
  await close_dialog(page);
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

// What the page tells of the operations before any is tried.
const look_around = async (page) => {
  assert.equal(await page.title(), "ExampleApp");
  assert.deepEqual(
    await page.locator(".opblock-tag").evaluateAll((all) => all.map((one) => one.dataset.tag)), ["Notes", "Token"]);
  assert.equal(await page.locator("#contents a").count(), 4);
  await page.locator("#contents a", { hasText: "Create Note" }).click();
  const operation = page.locator("[id$=create_note_notes_post]");
  await operation.locator(".needs").waitFor();
  assert.equal(await operation.locator(".needs").innerText(), "Needs a token with the scope example:note:create");
  for (const [status, told] of [
    ["401", "WWW-Authenticate: Bearer"], ["401", "Not authenticated"], ["503", "Retry-After: 1"],
    ["503", "Cannot validate credentials now"],
  ]) {
    const answer = operation.locator(`.response[data-code="${status}"]`);
    assert.ok((await answer.innerText()).includes(told), `${status}: ${told}`);
  }
  await check_width(page, "an operation");
  await check_accessibility(page, "an operation");
  await pictures_of(page, "operation");
  await operation.locator("button.opblock-summary-control").click();
};

const tab_to = async (page, selector) => {
  for (let i = 0; i < 100; ++i) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
  }
  assert.fail(`the keyboard does not come to ${selector}`);
};

// Rules that Swagger UI breaks by how it is built: the button of an operation holds a link, and the one of
// the dialog is called otherwise than it reads.
const not_ours = ["nested-interactive", "label-content-name-mismatch"];

// What axe-core finds by the rules of WCAG 2.1, levels A and AA, in both colour schemes.
const check_accessibility = async (page, name) => {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.locator(colorScheme === "dark" ? "html.dark-mode" : "html:not(.dark-mode)").waitFor();
    await page.evaluate(axe_source);
    const found = await page.evaluate(async () => {
      const { violations } = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] });
      return violations.map((one) => [one.id, one.nodes.map((node) => `${node.html}: ${node.failureSummary}`)]);
    });
    const ours = found.filter(([id]) => !not_ours.includes(id));
    assert.deepEqual(ours, [], `${name}, ${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: null });
};

// All of it can be done, and seen to be done, without a mouse.
const by_keyboard = async (page) => {
  await page.evaluate(() => document.activeElement.blur());
  await tab_to(page, "button.authorize");
  await page.keyboard.press("Enter");
  await tab_to(page, ".dialog-ux input[type=checkbox]");
  await page.keyboard.press("Space");
  assert.equal(await page.evaluate(() => document.activeElement.checked), true);
  await page.keyboard.press("Space");
  await tab_to(page, ".dialog-ux .btn-done");
  await page.keyboard.press("Enter");
  await tab_to(page, "[id$=read_note_notes_get] button.opblock-summary-control");
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), "none");
  await page.keyboard.press("Enter");
  await tab_to(page, ".try-out__btn");
  await page.keyboard.press("Enter");
  await tab_to(page, ".execute");
  await page.keyboard.press("Enter");
  await page.locator("[id$=read_note_notes_get] .live-responses-table .response").waitFor();
  await page.locator("[id$=read_note_notes_get] button.opblock-summary-control").click();
};

const rotate_keys = async (control) => {
  await await_cooldown(performance.now());
  assert.equal((await fetch(`${control}/control/rotate`, { method: "POST" })).status, 200);
};

const refuse_without = async (page, heard) => {
  assert.equal((await try_out(page, "create_note_notes_post")).status, "401", "no token yet");
  // The browser logs each answer that is an error; these were asked for.
  assert.equal(heard.errors.length, 2, heard.errors.join("\n"));
  assert.deepEqual(await upload_in_vain(page, 20), Array(20).fill(401));
  heard.errors.length = 0;
};

const use_token = async (page) => {
  const read = await try_out(page, "read_note_notes_get");
  assert.equal(read.status, "200");
  assert.match(read.text, /You have the required scope to read a note/);
  const token = await try_out(page, "token_my_token_get");
  assert.equal(token.status, "200");
  assert.match(token.text, /"sub": "ann"/);
  assert.match(token.text, /"scope": "example:note:read"/);
  // An hour, less what the test has taken.
  const ends = /^This token ends in [345][0-9] min$/;
  assert.match(await page.locator("#token-end").innerText(), ends);
  assert.match(await page.locator("[id$=token_my_token_get] .token-end").innerText(), ends);
};

// A route whose scope the token does not have.
const see_challenge = async (page, heard) => {
  assert.deepEqual(heard.errors, []);
  const refused = await try_out(page, "create_note_notes_post");
  assert.equal(refused.status, "401", "as the shipped configuration says");
  assert.match(
    refused.text, /www-authenticate: Bearer error="insufficient_scope", ?scope="example:note:create"/i);
  assert.equal(heard.errors.length, 1, heard.errors.join("\n"));
  heard.errors.length = 0;
};

const walk = async (page, origin, control, heard) => {
  await page.goto(`${origin}/`);
  await page.locator(".opblock").nth(3).waitFor();
  assert.equal(await page.locator("#token-end").isVisible(), false);
  await check_width(page, "the page");
  await check_accessibility(page, "the page");
  await pictures_of(page, "docs");
  await look_around(page);
  await by_keyboard(page);
  await refuse_without(page, heard);

  await get_token(page);
  await use_token(page);
  await see_challenge(page, heard);
  await check_width(page, "answers");
  await check_accessibility(page, "answers");
  await pictures_of(page, "tried");
  await pictures_of(page, "signed-in", false);

  await rotate_keys(control);
  assert.equal((await try_out(page, "read_note_notes_get")).status, "200", "the old key is still published");
  await sign_out(page);
  assert.equal(await page.locator("#token-end").isVisible(), false);
  await get_token(page);
  assert.equal((await try_out(page, "read_note_notes_get")).status, "200", "the first call with the new key");

  assert.deepEqual(heard.violations, []);
  assert.deepEqual(heard.errors, []);
  await prove_watched(page, heard);
};

const run = async (context, origin, control) => {
  const heard = await listen(context);
  const page = await context.newPage();
  try {
    await walk(page, origin, control, heard);
  } catch (error) {
    await tell(page, ".dialog-ux, #docs");
    console.log(heard);
    throw error;
  }
};

const port = await free_port();
const origin = `https://localhost:${port}`;
const issuer = await start_issuer(`${origin}/docs/oauth2-redirect`);
const server = await start_server(port, issuer.url, { "issuer.0.cache.cooldown": "1s" });
const browser = await open_browser(chromium);
try {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, reducedMotion: "reduce" });
  await run(context, origin, issuer.control);
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
