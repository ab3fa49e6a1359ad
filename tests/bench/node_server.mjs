/**
 * A server that tells everybody what it is told to tell, through Socket.IO on Node.
 *
 *     node tests/bench/node_server.mjs PORT
 *
 * It pings as often as the desk, and its WebSockets do not compress, which is its default.
 */

import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { Server } from "socket.io";

const NAMESPACE = "/waiting";
const LINE = "line";
const PING_MS = 10_000;
const KEPT_OPEN_MS = 60_000;

const http = createServer(async (request, response) => {
  if (request.url === "/tell") {
    line.to(LINE).emit("line", JSON.parse(await text(request)));
    response.end();
  } else if (request.url === "/cpu") {
    const { user, system } = process.cpuUsage();
    response.end(String((user + system) / 1000));
  } else {
    response.writeHead(404).end();
  }
});
http.keepAliveTimeout = KEPT_OPEN_MS;

const server = new Server(http, {
  pingInterval: PING_MS,
  pingTimeout: PING_MS,
  serveClient: false,
});
const line = server.of(NAMESPACE);
line.on("connection", (socket) => socket.join(LINE));
http.listen(Number(process.argv[2]), "127.0.0.1");
