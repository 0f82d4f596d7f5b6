// For node's --import: what listens on every address of this machine listens on 127.0.0.1 alone. For
// servers of packages that cannot be told where.
import { Server } from "node:net";

const listen = Server.prototype.listen;
Server.prototype.listen = function (port, ...rest) {
  const everywhere = ["number", "string"].includes(typeof port) && typeof rest[0] !== "string";
  return everywhere ? listen.call(this, Number(port), "127.0.0.1", ...rest) : listen.call(this, port, ...rest);
};
