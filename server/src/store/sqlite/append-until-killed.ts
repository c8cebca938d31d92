import { openSqliteStore } from "./sqlite-store.ts";

/**
 * A child of `sqlite.test.ts`: appends to the room `general` of the store in the folder that it is given, ten messages
 * at a time, and prints the id of each one that is acknowledged.
 */
const print = (line: string) => process.stdout.write(`${line}\n`);

const store = await openSqliteStore(process.argv[2] ?? "", {
  defaultSignUp: "open",
  onFatal: (error) => {
    print(`fatal ${error.message}`);
    process.exit(1);
  },
});
const found = await store.findRoom({ reference: "general", userId: null });
if (!found) throw new Error("the test has founded no workspace");
const { id: roomId, createdBy: authorId } = found.room;

async function appendOne(key: string): Promise<void> {
  const outcome = await store.appendMessage({
    roomId,
    authorId,
    content: `content of ${key} `.repeat(50),
    calls: [],
    clientMessageId: key,
    replyTo: null,
    attachments: [],
    at: Date.now(),
  });
  if (outcome.ok) print(`acked ${outcome.value.message.id} ${key}`);
}

for (let round = 0; ; round++) {
  await Promise.all(Array.from({ length: 10 }, (_, index) => appendOne(`${round}-${index}`)));
}
