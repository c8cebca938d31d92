import { expect, test } from "bun:test";
import { startWithCast } from "./harness.ts";

interface Polled {
  readonly messages: readonly { readonly id: number; readonly content: string; readonly username: string }[];
}

test("[PO1] a client that polls gets the newest messages, then those after the last it has", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general } = cast;
  for (let n = 1; n <= 30; n++) await ada.send(general, `message ${n}`);
  const first = await lin.ok<Polled>("GET", `/rooms/${general.slug}/messages/`);
  expect(first.messages.map(({ id }) => id)).toEqual(Array.from({ length: 25 }, (_, n) => n + 6));
  expect(first.messages[24]).toEqual({
    id: 30,
    content: "message 30",
    username: "ada",
    date: expect.stringMatching(/^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/),
  } as never);
  expect(await lin.ok<Polled>("GET", `/rooms/${general.slug}/messages/?after=30`)).toEqual({ messages: [] });
  await ada.send(general, "news");
  await ada.ok("DELETE", `/api/rooms/${general.id}/messages/31`);
  const later = await lin.ok<Polled>("GET", `/rooms/${general.slug}/messages/?after=29`);
  expect(later.messages.map(({ content }) => content)).toEqual(["message 30", "Message deleted"]);
});

test("[PO2] it sends a form or JSON, and a blank message is refused in its words", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general } = cast;
  using socket = await lin.connect();
  const path = `/rooms/${general.slug}/messages/create/`;
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const sent = await ada.request("POST", path, "content=Hello+world%21&csrfmiddlewaretoken=x", form);
  expect(sent).toMatchObject({ status: 200, body: { id: 1, content: "Hello world!", username: "ada" } });
  const json = await ada.request("POST", path, { content: "As JSON" });
  expect(json).toMatchObject({ status: 200, body: { id: 2, content: "As JSON" } });
  for (const [body, headers] of [
    ["content=", form],
    ["content=++%0A", form],
    ["", form],
    ['{"content":"  "}', {}],
  ] as const) {
    const blank = await ada.request("POST", path, body, headers);
    expect([body, blank.status, blank.body]).toEqual([body, 400, { error: "empty" }]);
  }
  const parts = '--x\r\nContent-Disposition: form-data; name="content"\r\n\r\nin parts\r\n--x--\r\n';
  for (const [body, type] of [
    [parts, "multipart/form-data; boundary=x"],
    ["content=x", "text/plain"],
  ] as const) {
    const refused = await ada.request("POST", path, body, { "content-type": type });
    expect([type, refused]).toMatchObject([type, { status: 415, body: { code: "unsupported_media_type" } }]);
  }
  await socket.settle();
  expect(socket.deltas(`room:${general.id}`).flatMap(({ messages }) => messages ?? [])).toHaveLength(2);
});

test("[PO3] polling paths need a login and a membership, like all others", async () => {
  await using cast = await startWithCast();
  const { server, ada, noor, committee } = cast;
  await ada.send(committee, "the canary");
  const paths = [
    ["GET", `/rooms/${committee.slug}/messages/`],
    ["GET", `/rooms/${committee.slug}/messages/?after=0`],
    ["POST", `/rooms/${committee.slug}/messages/create/`, { content: "let me in" }],
  ] as const;
  for (const [method, path, body] of paths) {
    expect(await server.stranger.refusal(method, path, body)).toBe("not_signed_in");
    expect(await noor.refusal(method, path, body)).toBe("not_found");
  }
  expect(await ada.refusal("GET", `/rooms/${committee.slug}/messages/?after=-1`)).toBe("invalid");
  const forged = await ada.request("POST", `/rooms/${committee.slug}/messages/create/`, "content=x", {
    "content-type": "application/x-www-form-urlencoded",
    origin: "https://evil.example",
  });
  expect(forged.status).toBe(403);
  expect((await ada.messages(committee)).messages).toHaveLength(1);
});

test("[PO3] what is not an id is refused, and the two pages of rooms open the client", async () => {
  await using cast = await startWithCast();
  const { server, ada, general } = cast;
  for (const after of ["x", "1x", "-1", "1.5", "1e3", "", "%20", "9007199254740993", "0x10"]) {
    expect([after, await ada.refusal("GET", `/rooms/${general.slug}/messages/?after=${after}`)]).toEqual([
      after,
      "invalid",
    ]);
  }
  expect(await ada.refusal("GET", `/rooms/${general.slug}/messages/?before=1`)).toBe("invalid");
  const home = await (await fetch(`${server.url}/`)).text();
  for (const path of ["/rooms/", `/rooms/${general.slug}/`]) {
    const page = await fetch(`${server.url}${path}`, { headers: { accept: "text/html" } });
    expect([path, page.status, await page.text()]).toEqual([path, 200, home]);
  }
});

test("[PO1] pages of a hundred follow each other by `after`, without a hole", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general } = cast;
  for (let round = 0; round < 5; round++) {
    await Promise.all(Array.from({ length: 50 }, (_, n) => ada.send(general, `message ${round} ${n}`)));
  }
  const seen: number[] = [];
  for (let after = 0, size = 1; size > 0; after = seen.at(-1) ?? 0) {
    const { messages } = await lin.ok<Polled>("GET", `/rooms/${general.slug}/messages/?after=${after}`);
    size = messages.length;
    expect(size).toBeLessThanOrEqual(100);
    seen.push(...messages.map(({ id }) => id));
  }
  expect(seen).toEqual(Array.from({ length: 250 }, (_, n) => n + 1));
});
