import { Database } from "bun:sqlite";

/**
 * The practical limit of durable posting: parse, commit, answer. What came while the loop turned shares a commit, in the
 * same process. Nobody signs in, and nobody is told.
 */
const database = new Database(process.argv[2] ?? "", { create: true });
database.run("PRAGMA journal_mode = WAL");
database.run("PRAGMA synchronous = FULL");
database.run("CREATE TABLE messages (id INTEGER PRIMARY KEY, client_message_id TEXT UNIQUE, content TEXT NOT NULL)");
const insert = database.prepare<{ id: number }, [string, string]>(
  "INSERT INTO messages (client_message_id, content) VALUES (?, ?) RETURNING id",
);

interface Post {
  readonly ref?: number;
  readonly content: string;
  readonly clientMessageId: string;
}

let waiting: { readonly post: Post; readonly onCommitted: (message: object) => void }[] = [];

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  async fetch(request, bun) {
    if (request.method === "GET") return bun.upgrade(request, { data: undefined }) ? undefined : new Response();
    const post = (await request.json()) as Post;
    const message = await new Promise<object>((resolve) => append(post, resolve));
    return Response.json(message, { status: 201 });
  },
  websocket: {
    perMessageDeflate: false,
    open(socket) {
      socket.send('{"type":"welcome"}');
    },
    message(socket, text) {
      const post = JSON.parse(String(text)) as Post;
      append(post, (message) => socket.send(JSON.stringify({ type: "ack", ref: post.ref, message })));
    },
  },
});
process.on("SIGTERM", () => process.exit(0));
console.log(`ready at http://127.0.0.1:${server.port}`);

function append(post: Post, onCommitted: (message: object) => void): void {
  if (waiting.push({ post, onCommitted }) === 1) setImmediate(commit);
}

function commit(): void {
  const batch = waiting;
  waiting = [];
  database.run("BEGIN");
  const ids = batch.map(({ post }) => insert.get(post.clientMessageId, post.content)?.id);
  database.run("COMMIT");
  for (const [at, { post, onCommitted }] of batch.entries()) {
    onCommitted({ id: ids[at], content: post.content, clientMessageId: post.clientMessageId });
  }
}
