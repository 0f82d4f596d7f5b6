// A real browser for the tests of pages, and what they complain of. Exits with 77 where the browser
// or its driver is not installed.
import { existsSync } from "node:fs";
import { join } from "node:path";

const skipped = 77;
const browser_path = process.env.CHROMIUM ?? "/usr/bin/chromium";
export const pictures = process.env.SCREENSHOTS; // a folder to put pictures of the pages into
export const patience = 30_000;

export const skip = (why) => {
  console.log(`SKIPPED: ${why}`);
  process.exit(skipped);
};

export const load_driver = async () => {
  try {
    return (await import("playwright-core")).default.chromium;
  } catch (error) {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    return skip("playwright-core is not installed; run npm ci --ignore-scripts");
  }
};

export const open_browser = async (chromium) =>
  chromium.launch({
    executablePath: browser_path,
    headless: true,
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ],
  });

// Collects all that a page of the context complains of.
export const listen = async (context) => {
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

if (!existsSync(browser_path)) skip(`there is no ${browser_path}`);
export const chromium = await load_driver();
