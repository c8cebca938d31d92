import { WebSocketServer } from "ws";

/** Fan-out as most write it: Node, `ws`, and a loop over all sockets. */
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
server.on("connection", (socket) => {
  socket.send('{"type":"welcome"}');
  socket.on("message", (bytes) => {
    const text = bytes.toString();
    for (const each of server.clients) each.send(text);
  });
});
server.on("listening", () => console.log(`ready at http://127.0.0.1:${server.address().port}`));
process.on("SIGTERM", () => process.exit(0));
