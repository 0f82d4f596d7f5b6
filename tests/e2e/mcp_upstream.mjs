// A small MCP server for revision 2026-07-28, of the official SDK's parts. The SDK knows older revisions
// alone: it is not told of the header fields that are new, and keeps no session, as the new one has it.
// Served by this process, on 127.0.0.1.
import { createServer } from "node:http";
import { Readable } from "node:stream";

import { load } from "./npm.mjs";

const tools_of = ({ McpServer }, z) => {
  const server = new McpServer({ name: "small", version: "1" });
  server.registerTool("echo", { inputSchema: { message: z.string() } }, ({ message }) => (
    { content: [{ type: "text", text: `Echo: ${message}` }] }));
  server.registerTool("get-sum", { inputSchema: { a: z.number(), b: z.number() } }, ({ a, b }) => (
    { content: [{ type: "text", text: `The sum is ${a + b}` }] }));
  return server;
};

// `seen`: the fields of each request that arrived.
export const start_mcp_upstream = async (port) => {
  const { z } = await load("zod");
  const server_side = await load("@modelcontextprotocol/sdk/server/mcp.js");
  const { WebStandardStreamableHTTPServerTransport } =
    await load("@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js");
  const seen = [];
  const answer = async (asked, reply) => {
    seen.push(asked.headers);
    // Without a session there is nothing to listen to.
    if (asked.method !== "POST") return reply.writeHead(405, { allow: "POST" }).end();
    const headers = new Headers(asked.headers);
    for (const name of ["mcp-protocol-version", "mcp-method", "mcp-name"]) headers.delete(name);
    const request = new Request(`http://127.0.0.1:${port}${asked.url}`, {
      method: "POST", headers, body: Readable.toWeb(asked), duplex: "half",
    });
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: undefined, enableJsonResponse: true,
    });
    await tools_of(server_side, z).connect(transport);
    const made = await transport.handleRequest(request);
    reply.writeHead(made.status, Object.fromEntries(made.headers));
    return reply.end(await made.text());
  };
  const server = createServer((asked, reply) => {
    answer(asked, reply).catch((error) => {
      console.log(error);
      reply.writeHead(500).end();
    });
  });
  await new Promise((done) => server.listen(port, "127.0.0.1", done));
  return {
    seen,
    stop: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
};
