// Clients that others wrote: openid-client obtains tokens, of a certified provider and of the
// development issuer, uses them and reads our challenges; jose verifies what they made, and makes
// tokens of its own with every algorithm.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { form_browser } from "./form_browser.mjs";
import { fetch_with } from "./https_fetch.mjs";
import { load, needs_node } from "./npm.mjs";
import { resource, service, start_provider } from "./oidc_provider.mjs";
import { free_port, scratch, start_issuer, start_server_of, write_config } from "./programs.mjs";

needs_node(20);
const oauth = await load("openid-client");
const jose = await load("jose");

const read_scope = "example:note:read";
const redirect_uri = "https://client.example/back";
const jose_issuer = "https://jose.example/";
const algorithms = [
  "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "Ed25519",
];

const make_keys = async () => {
  const keys = {};
  for (const alg of algorithms) keys[alg] = await jose.generateKeyPair(alg, { extractable: true });
  return keys;
};

const jwks_of = async (keys) => ({
  keys: await Promise.all(Object.entries(keys).map(async ([alg, { publicKey }]) => (
    { ...(await jose.exportJWK(publicKey)), kid: `${alg}-1`, alg, use: "sig" }))),
});

const config_of = (listeners, { provider, issuer, keys }) => write_config(
  listeners,
  `[[issuer]]
issuer = "${provider.url}"
allow_internal = true
audiences = ["${resource}"]
require_typ = "at+jwt"
[[issuer]]
issuer = "${issuer.url}"
allow_internal = true
audiences = ["account"]
[[issuer]]
issuer = "${jose_issuer}"
jwks = '${JSON.stringify(keys)}'
audiences = ["account"]
algorithms = ${JSON.stringify(algorithms.filter((alg) => alg !== "Ed25519"))}
[[route]]
path = "/notes"
methods = ["GET"]
scopes = ["${read_scope}"]
handler = "notes.read"
[[route]]
path = "/notes"
methods = ["POST"]
scopes = ["example:note:create", "example:note:update"]
handler = "notes.create"
`,
);

const configure = (of, id, authentication, fetching) =>
  oauth.discovery(new URL(of.url), id, undefined, authentication, {
    algorithm: of.metadata, execute: [oauth.allowInsecureRequests], [oauth.customFetch]: fetching,
  });

const by_code = async (client, forms, more) => {
  const verifier = oauth.randomPKCECodeVerifier();
  const state = oauth.randomState();
  const url = oauth.buildAuthorizationUrl(client, {
    redirect_uri, scope: read_scope, state, code_challenge_method: "S256",
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier), ...more,
  });
  const back = await form_browser()(url, forms, redirect_uri);
  const answer = await oauth.authorizationCodeGrant(client, back, { pkceCodeVerifier: verifier, expectedState: state });
  return answer.access_token;
};

// What a client finds in the refusal of its token.
const challenge_of = async (client, token, url, method = "GET") => {
  const refused = await oauth.fetchProtectedResource(client, token, url, method).catch((error) => error);
  assert.ok(refused instanceof oauth.WWWAuthenticateChallengeError, String(refused));
  assert.equal(refused.cause.length, 1);
  assert.equal(refused.cause[0].scheme, "bearer");
  return { status: refused.status, ...refused.cause[0].parameters };
};

const use = async (client, token, url) => {
  const read = await oauth.fetchProtectedResource(client, token, url, "GET");
  assert.equal(read.status, 200);
  assert.match((await read.json()).details, /required scope to read a note/);
  assert.deepEqual(await challenge_of(client, token, url, "POST"), {
    status: 403, error: "insufficient_scope", scope: "example:note:create example:note:update",
  });
  const forged = `${token.slice(0, -8)}AAAAAAAA`;
  assert.deepEqual(await challenge_of(client, forged, url), {
    status: 401, error: "invalid_token", error_description: "bad_signature",
  });
  assert.deepEqual(await challenge_of(client, "garbage", url), {
    status: 401, error: "invalid_token", error_description: "not_three_parts",
  });
};

const verify = async (client, token, expected) => {
  const keys = jose.createRemoteJWKSet(new URL(client.serverMetadata().jwks_uri));
  const { payload } = await jose.jwtVerify(token, keys, { issuer: client.serverMetadata().issuer, ...expected });
  assert.equal(payload.scope, read_scope);
};

// One provider through both grants.
const obtain_and_use = async (of, url, fetching) => {
  const alone = await configure(of, service.id, oauth.ClientSecretBasic(of.secret), fetching);
  const machine = await oauth.clientCredentialsGrant(alone, { scope: read_scope, ...of.more });
  const person = await configure(of, "example-api", oauth.None(), fetching);
  for (const token of [machine.access_token, await by_code(person, of.forms, of.more)]) {
    await verify(person, token, of.expected);
    await use(person, token, url);
  }
};

const now = () => Math.floor(Date.now() / 1000);

const sign = (key, header, claims = {}) =>
  new jose.SignJWT({
    iss: jose_issuer, sub: "ann", aud: "account", iat: now(), exp: now() + 600, scope: read_scope, ...claims,
  }).setProtectedHeader(header).sign(key);

const own_tokens = async (client, keys, url) => {
  for (const alg of algorithms) {
    const header = { alg, kid: `${alg}-1` };
    const token = await sign(keys[alg].privateKey, header);
    const answer = await oauth.fetchProtectedResource(client, token, url, "GET");
    assert.equal(answer.status, 200, alg);
  }
  const { privateKey, publicKey } = keys.RS256;
  const header = { alg: "RS256", kid: "RS256-1" };
  const expired = await sign(privateKey, header, { exp: now() - 600 });
  const another = await sign(privateKey, header, { aud: "another" });
  const mixed = await sign(keys.ES256.privateKey, { alg: "ES256", kid: "RS256-1" });
  const secret = new TextEncoder().encode(await jose.exportSPKI(publicKey));
  const symmetric = await sign(secret, { alg: "HS256", kid: "RS256-1" });
  const none = new jose.UnsecuredJWT({ iss: jose_issuer, aud: "account", exp: now() + 600, scope: read_scope }).encode();
  for (const [token, reason] of [
    [expired, "expired"], [another, "audience_mismatch"], [mixed, "key_alg_mismatch"],
    [symmetric, "alg_not_allowed"], [none, "empty_part"],
  ]) {
    const told = await challenge_of(client, token, url);
    assert.deepEqual(told, { status: 401, error: "invalid_token", error_description: reason });
  }
};

const port = await free_port();
const url = new URL(`https://localhost:${port}/notes`);
const keys = await make_keys();
const provider = await start_provider([redirect_uri]);
const issuer = await start_issuer(redirect_uri);
const config = config_of({ port, admin: await free_port() }, { provider, issuer, keys: await jwks_of(keys) });
const server = await start_server_of(config);
const fetching = fetch_with(readFileSync(join(scratch, "server.pem")));
try {
  await obtain_and_use({
    url: provider.url, metadata: "oidc", secret: service.secret, more: { resource },
    forms: [{ login: "ann", password: "any" }, {}], expected: { audience: resource, typ: "at+jwt" },
  }, url, fetching);
  await obtain_and_use({
    url: issuer.url, metadata: "oauth2", secret: "secret", more: {},
    forms: [{ username: "ann", granted: read_scope, action: "allow" }], expected: { audience: "account" },
  }, url, fetching);
  await own_tokens(await configure(
    { url: provider.url, metadata: "oidc" }, "example-api", oauth.None(), fetching), keys, url);
} catch (error) {
  console.log(server.lines.join("\n"));
  throw error;
}
await provider.stop();
assert.equal(await server.stop(), 0);
assert.equal(await issuer.stop(), 0);
console.log("passed");
process.exit(0);
