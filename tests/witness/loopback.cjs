// Keeps a server on loopback, whichever interfaces it asks for: node --require loopback.cjs …
const net = require("node:net");

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (...args) {
  if (typeof args[0] === "object" && args[0] !== null) {
    args[0] = { ...args[0], host: "127.0.0.1" };
    return listen.apply(this, args);
  }
  const callback = args.find((arg) => typeof arg === "function");
  return listen.call(this, { port: Number(args[0]), host: "127.0.0.1" }, callback);
};
