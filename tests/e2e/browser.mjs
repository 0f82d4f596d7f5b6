// A real browser for the tests of pages, and what they complain of. Exits with 77 where the browser
// or its driver is not installed.
import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";

import { load, skip } from "./npm.mjs";

const browser_path = process.env.CHROMIUM ?? "/usr/bin/chromium";
export const pictures = process.env.SCREENSHOTS; // a folder to put pictures of the pages into
export const patience = 150_000; // milliseconds until something counts as not happening

export const open_browser = async (chromium) =>
  chromium.launch({
    executablePath: browser_path,
    headless: true,
    timeout: patience,
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ],
  });

// What a test that failed can tell of a page.
export const tell = async (page, what = "body") => {
  const text = await page.locator(what).last().innerText({ timeout: 5_000 }).catch((error) => error.name);
  console.log(`${page.url()}\n${text}`);
};

// Collects all that a page of the context complains of.
export const listen = async (context) => {
  context.setDefaultTimeout(patience);
  const violations = [];
  const errors = [];
  await context.exposeBinding("report_violation", (source, text) => violations.push(text));
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) =>
      window.report_violation(`${event.violatedDirective} ${event.blockedURI} on ${event.documentURI}`),
    );
  });
  const watch = (page) => {
    page.on("pageerror", (error) => errors.push(`${page.url()}: ${error}`));
    page.on("console", (message) => {
      const text = message.text();
      if (/Content Security Policy/i.test(text)) violations.push(text);
      else if (message.type() === "error") errors.push(`${page.url()}: ${text}`);
    });
  };
  context.on("page", watch);
  return { violations, errors };
};

export const picture = async (page, name) => {
  if (!pictures) return;
  const dark = await page.evaluate(() => matchMedia("(prefers-color-scheme: dark)").matches);
  const path = join(pictures, `${name}-${dark ? "dark" : "light"}.png`);
  await page.screenshot({ path, fullPage: true });
};

// Of a page for a desk and for a telephone, light and dark; both are as before afterwards. All of it, or
// what is seen at first.
export const pictures_of = async (page, name, fullPage = true) => {
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  const before = page.viewportSize();
  await page.evaluate(() => scrollTo(0, 0));
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      const path = join(pictures, `${name}-${width}-${colorScheme}.png`);
      await page.screenshot({ path, fullPage, animations: "disabled" });
    }
  }
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize(before);
};

// Nothing sticks out to the side, on a telephone either.
export const check_width = async (page, name) => {
  const before = page.viewportSize();
  for (const width of [1280, 768, 390]) {
    await page.setViewportSize({ width, height: 900 });
    const beyond = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(beyond <= 0, `${name}: ${beyond} pixels too wide at ${width}`);
  }
  await page.setViewportSize(before);
};

if (!existsSync(browser_path)) skip(`there is no ${browser_path}`);
export const { chromium } = (await load("playwright-core")).default;
