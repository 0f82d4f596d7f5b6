// A client of MCP, the official SDK's, as its users write one: what it stores in memory, and a person who
// signs in and consents at the authorization server. With a transcript of all that it asks over HTTP.
import assert from "node:assert/strict";

import { form_browser } from "./form_browser.mjs";
import { load } from "./npm.mjs";

const redirect_uri = "https://client.example/back";

// What a message asks for: "tools/call echo".
const said = (body) => {
  try {
    const { method, params } = JSON.parse(body);
    return [method, params?.name].filter(Boolean).join(" ");
  } catch {
    return "";
  }
};

const challenge_of = (answer) => answer.headers.get("www-authenticate");

// `fetching` with a line for each request: what was asked, and what was answered. A code, a token, or what
// else is secret is in none.
export const recorded = (fetching, lines) => async (url, options = {}) => {
  const answer = await fetching(url, options);
  const { pathname } = new URL(url);
  const asked = [options.method ?? "GET", pathname, said(options.body)].filter(Boolean).join(" ");
  const line = `${asked} -> ${answer.status}`;
  const challenge = challenge_of(answer);
  lines.push({ url: String(url), line, status: answer.status, challenge, options });
  console.log(challenge ? `${line}\n    ${challenge}` : line);
  return answer;
};

// What the SDK asks of a program for its authorization.
const memory = () => {
  const kept = {};
  return {
    kept,
    redirectUrl: redirect_uri,
    clientMetadata: {
      client_name: "latchkey test", redirect_uris: [redirect_uri], token_endpoint_auth_method: "none",
      grant_types: ["authorization_code"], response_types: ["code"],
    },
    clientInformation: () => kept.client,
    saveClientInformation: (client) => (kept.client = client),
    tokens: () => kept.tokens,
    saveTokens: (tokens) => (kept.tokens = tokens),
    codeVerifier: () => kept.verifier,
    saveCodeVerifier: (verifier) => (kept.verifier = verifier),
    redirectToAuthorization: (url) => (kept.authorization = url),
  };
};

export class McpClient {
  // `before`: a client whose token and user this one has as well.
  constructor(sdk, url, fetching, before) {
    Object.assign(this, { sdk, url, fetching });
    this.provider = before?.provider ?? memory();
    this.browse = before?.browse ?? form_browser();
  }

  // `forms`: what the person fills in. Gives the request for authorization.
  async sign_in(forms) {
    const { authorization } = this.provider.kept;
    assert.ok(authorization, "nobody was asked to sign in");
    delete this.provider.kept.authorization;
    console.log(`(signs in: scope=${authorization.searchParams.get("scope")} ` +
      `resource=${authorization.searchParams.get("resource")})`);
    const back = await this.browse(authorization, forms, redirect_uri);
    const code = back.searchParams.get("code");
    assert.ok(code, String(back));
    await this.transport.finishAuth(code);
    return authorization.searchParams;
  }

  // What the token says, without a look at its signature: that is the server's.
  claims() {
    return JSON.parse(Buffer.from(this.provider.kept.tokens.access_token.split(".")[1], "base64url"));
  }

  async connect() {
    this.transport = new this.sdk.StreamableHTTPClientTransport(new URL(this.url), {
      authProvider: this.provider, fetch: this.fetching,
    });
    this.client = new this.sdk.Client({ name: "latchkey-test", version: "1" });
    await this.client.connect(this.transport);
  }

  // A tool's texts.
  async call(name, args) {
    const { content } = await this.client.callTool({ name, arguments: args });
    return content.map((one) => one.text).join("\n");
  }

  async close() {
    await this.transport.terminateSession();
    await this.client.close();
  }
}

export const load_sdk = async () => ({
  ...(await load("@modelcontextprotocol/sdk/client/index.js")),
  ...(await load("@modelcontextprotocol/sdk/client/streamableHttp.js")),
  ...(await load("@modelcontextprotocol/sdk/client/auth.js")),
});
