// fetch() for libraries that take one, trusting the test's own certificate. Node's own can be told of
// an authority only before it starts.
import { request as request_http } from "node:http";
import { request as request_https } from "node:https";
import { Readable } from "node:stream";

// `ca`: PEM. Redirects are not followed, whatever the options say; every field is passed on. The body comes
// as it arrives, since that of a stream of events has no end.
export const fetch_with = (ca) => (url, options = {}) =>
  new Promise((done, failed) => {
    const send = new URL(url).protocol === "https:" ? request_https : request_http;
    const headers = Object.fromEntries(new Headers(options.headers).entries());
    const asked = send(url, { method: options.method ?? "GET", headers, ca, signal: options.signal ?? undefined });
    asked.on("error", failed);
    asked.on("response", (answer) => {
      const fields = new Headers();
      for (let i = 0; i < answer.rawHeaders.length; i += 2) fields.append(answer.rawHeaders[i], answer.rawHeaders[i + 1]);
      const bodiless = [204, 304].includes(answer.statusCode);
      if (bodiless) answer.resume();
      const body = bodiless ? null : Readable.toWeb(answer);
      done(new Response(body, { status: answer.statusCode, headers: fields }));
    });
    asked.end(options.body === undefined || options.body === null ? undefined : String(options.body));
  });
