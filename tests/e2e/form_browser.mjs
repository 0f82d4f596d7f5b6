// A browser as far as cookies and forms need one. Not for pages with scripts: browser.mjs.
import assert from "node:assert/strict";

// One that keeps its cookies: follows answers from `start` (a URL), and fills in what `forms` says, one
// after the other, until it is sent to `redirect_uri`; gives that URL. Who is signed in already is not
// asked again, so that forms may be left; a form that is not expected is an error.
export const form_browser = () => {
  const cookies = new Map();
  return async (start, forms, redirect_uri) => {
    let next = { url: start };
    while (!next.url.href.startsWith(redirect_uri)) {
      const headers = { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") };
      const answer = await fetch(next.url, { ...next, headers, redirect: "manual" });
      for (const line of answer.headers.getSetCookie()) {
        const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
        cookies.set(name, value);
      }
      const where = answer.headers.get("location");
      if (where) {
        next = { url: new URL(where, next.url) };
        continue;
      }
      const page = await answer.text();
      const action = page.match(/<form[^>]* action="([^"]*)"/)?.[1];
      const fields = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
        .map(([, name, value]) => [name, value.replaceAll("&amp;", "&")]);
      const form = forms.shift();
      assert.ok(form, `${answer.status} of ${next.url}: ${page}`);
      const body = new URLSearchParams([...fields, ...Object.entries(form)]);
      next = { url: new URL(action ?? next.url, next.url), method: "POST", body };
    }
    return next.url;
  };
};
