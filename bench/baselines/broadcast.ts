/** The practical limit of fan-out: what any socket sends, all get, and nothing else is done. */
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: (request, bun) =>
    bun.upgrade(request, { data: undefined }) ? undefined : new Response(null, { status: 404 }),
  websocket: {
    perMessageDeflate: false,
    open(socket) {
      socket.subscribe("all");
      socket.send('{"type":"welcome"}');
    },
    message(_, text) {
      server.publish("all", text);
    },
  },
});
process.on("SIGTERM", () => process.exit(0));
console.log(`ready at http://127.0.0.1:${server.port}`);
