// Runs the real programs on free loopback ports, for the browser tests. Every program started here
// is ended here, by its own handle.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const bin = process.env.BIN ?? join(root, "build/release/bin");
const patience = 150_000; // milliseconds until something that must happen counts as not happening

// The server reads its configuration from such variables too.
const clean = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith("LATCHKEY_")),
);

// A folder of the test's own, removed when the process ends.
export const scratch = mkdtempSync(join(tmpdir(), "latchkey_"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

const is_free = (port) =>
  new Promise((answer) => {
    const probe = createServer();
    probe.once("error", () => answer(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => answer(true)));
  });

// Not of those that outgoing connections are given, which are many while other tests run.
export const free_port = async () => {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 22_000);
    if (await is_free(port)) return port;
  }
};

class Program {
  // `name`: of this build, or the path of another; `more`: variables of its environment.
  constructor(name, args, more = {}) {
    this.lines = [];
    this.waiting = [];
    const env = { ...clean, ...more };
    this.child = spawn(resolve(bin, name), args, { env, stdio: ["ignore", "pipe", "pipe"] });
    this.ended = new Promise((done) => this.child.once("close", done));
    for (const stream of [this.child.stdout, this.child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        this.lines.push(line);
        this.waiting.forEach((look) => look());
      });
    }
    process.on("exit", () => this.child.kill("SIGKILL"));
  }

  // The match of the first line that has the pattern; fails if the program ends without it.
  async wait_for(pattern) {
    let look;
    let timer;
    const seen = new Promise((done) => {
      look = () => {
        const line = this.lines.find((one) => pattern.test(one));
        if (line !== undefined) done(line.match(pattern));
      };
      this.waiting.push(look);
      look();
    });
    const late = new Promise((done) => (timer = setTimeout(done, patience)));
    const found = await Promise.race([seen, late, this.ended.then(() => undefined)]);
    clearTimeout(timer);
    if (!found) throw new Error(`no line like ${pattern} in:\n${this.lines.join("\n")}`);
    return found;
  }

  async stop() {
    this.child.kill("SIGTERM");
    return this.ended;
  }
}

export const start_issuer = async (redirect_uri) => {
  const issuer = new Program("latchkey-issuer", [
    "serve", "--listen", "127.0.0.1:0", "--redirect-uri", redirect_uri,
  ]);
  issuer.url = (await issuer.wait_for(/^listening on (\S+)$/))[1];
  issuer.control = (await issuer.wait_for(/^control on (\S+)/))[1];
  return issuer;
};

// A script of a package that npm has installed, run with these words of Node's before it.
export const start_script = (before, script, args, environment) =>
  new Program(process.execPath, [...before, join(root, "node_modules", script), ...args], environment);

// A token of the issuer; the names are those of the options of `latchkey-issuer mint`.
export const mint = (issuer, order) => {
  const options = Object.entries(order).map(([name, value]) => `--${name}=${value}`);
  const args = ["mint", "--issuer-url", issuer.control, ...options];
  return execFileSync(join(bin, "latchkey-issuer"), args, { env: clean }).toString().trim();
};

// With a configuration of the test's own.
export const start_server_of = async (config) => {
  const server = new Program("latchkey", ["serve", "--config", config]);
  await server.wait_for(/"admin_listening"/);
  return server;
};

// The paths of a certificate for localhost and of its key.
export const make_certificate = () => {
  const certificate = join(scratch, "server.pem");
  const key = join(scratch, "server.key");
  execFileSync(
    "openssl",
    ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
      "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
      "-keyout", key, "-out", certificate],
    { stdio: "ignore" },
  );
  return { certificate, key };
};

// The path of a configuration: listeners and a certificate for localhost, then `rest`.
export const write_config = ({ port, admin }, rest) => {
  const { certificate, key } = make_certificate();
  const config = join(scratch, "own.toml");
  writeFileSync(
    config,
    `[server]
listen = ["127.0.0.1:${port}"]
[server.tls]
certificate = "${certificate}"
private_key = "${key}"
[admin]
listen = "127.0.0.1:${admin}"
${rest}`,
  );
  return config;
};

// A key id that is not known is asked for once in a server's cooldown, here "1s", which begins with the
// fetch before; that one was over at `since`, of performance.now().
export const await_cooldown = async (since) => {
  while (performance.now() < since + 1_100) await new Promise((done) => setTimeout(done, 50));
};

// `more`: settings beside these; `text`: tables behind those of the shipped configuration.
export const start_server = async (port, issuer_url, more = {}, text = "") => {
  const { certificate, key } = make_certificate();
  const settings = {
    "server.listen": `["127.0.0.1:${port}"]`,
    "server.tls.certificate": certificate,
    "server.tls.private_key": key,
    "admin.listen": "",
    "issuer.0.issuer": issuer_url,
    "issuer.0.jwks_uri": `${issuer_url}/.well-known/jwks.json`,
    "docs.authorization_url": `${issuer_url}/authorize`,
    "docs.token_url": `${issuer_url}/token`,
    ...more,
  };
  const config = join(scratch, "latchkey.toml");
  writeFileSync(config, readFileSync(join(root, "conf/latchkey.toml"), "utf8") + text);
  const args = ["serve", "--config", config];
  for (const [path, value] of Object.entries(settings)) args.push("--set", `${path}=${value}`);
  const server = new Program("latchkey", args);
  await server.wait_for(/"listening"/);
  return server;
};
