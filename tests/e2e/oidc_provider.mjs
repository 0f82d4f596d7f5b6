// oidc-provider, a certified OpenID Connect provider, as people run it: public clients with PKCE, and
// JWT access tokens (RFC 9068) for the resource that is asked for (RFC 8707). Served by this process.
// Not for faults: latchkey-issuer has those.
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";

import { load } from "./npm.mjs";
import { free_port } from "./programs.mjs";

export const resource = "https://api.example";
export const scopes = ["example:note:read", "example:note:create"];
export const service = { id: "example-service", secret: randomUUID() };

const make_key = () => ({
  ...generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" }),
  kid: randomUUID(), use: "sig", alg: "RS256",
});

const settings = (redirect_uris, keys, cookie_key, api) => ({
  clients: [
    {
      client_id: "example-api", token_endpoint_auth_method: "none", redirect_uris,
      grant_types: ["authorization_code"], response_types: ["code"],
    },
    {
      client_id: service.id, client_secret: service.secret, redirect_uris: [],
      grant_types: ["client_credentials"], response_types: [],
    },
  ],
  jwks: { keys },
  cookies: { keys: [cookie_key] },
  pkce: { required: () => true },
  clientBasedCORS: () => true,
  // Who registers itself is not held to the scopes that it names then, which are those of its first
  // challenge: it could never ask for more. Its users consent to each.
  extraClientMetadata: {
    properties: ["software_id"],
    validator: (ctx, key, value, metadata) => { if (ctx) metadata.scope = undefined; },
  },
  features: {
    registration: { enabled: api.registration ?? false },
    devInteractions: { enabled: true },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: api.scopes.join(" "), audience: api.resource, accessTokenTTL: 600,
        accessTokenFormat: "jwt", jwt: { sign: { alg: "RS256" } },
      }),
    },
  },
  ttl: { Session: 3600, Grant: 3600, Interaction: 600 },
});

// A provider at `url`. rotate() has it sign with a new key and publish the old ones beside it, as after
// a restart with another configuration: who has signed in is no longer known. The kid of the key
// that signs is `kid`. `api`: whom its tokens are for, with which scopes, and whether clients may register
// themselves (RFC 7591).
export const start_provider = async (redirect_uris, api = { resource, scopes }) => {
  const { default: Provider } = await load("oidc-provider");
  const url = `http://127.0.0.1:${await free_port()}`;
  const cookie_key = randomUUID();
  const keys = [];
  let answer;
  const made = {
    url,
    rotate() {
      keys.unshift(make_key());
      made.kid = keys[0].kid;
      const provider = new Provider(url, settings(redirect_uris, [...keys], cookie_key, api));
      provider.on("server_error", (ctx, error) => console.log("oidc-provider:", error));
      answer = provider.callback();
    },
    stop: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
  made.rotate();
  const server = createServer((asked, reply) => answer(asked, reply));
  await new Promise((done) => server.listen(new URL(url).port, "127.0.0.1", done));
  return made;
};

// Signs in and consents in a page of the provider.
export const sign_in = async (page, name) => {
  await page.getByPlaceholder("Enter any login").fill(name);
  await page.getByPlaceholder("and password").fill("any");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
};
