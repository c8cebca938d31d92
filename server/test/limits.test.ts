import { expect, test } from "bun:test";
import { connect } from "node:net";
import { errorCodes, type Problem } from "@parley/protocol/errors";
import { type Person, startServer, startWithCast } from "./harness.ts";
import { closeCodeOf, openRawSocket, rawFrame } from "./raw-socket.ts";

test("[HT3] malformed, mistyped and unknown input is refused with its code, and changes nothing", async () => {
  await using cast = await startWithCast();
  const { ada, general } = cast;
  const path = `/api/rooms/${general.id}/messages`;
  const cases: readonly (readonly [string | Uint8Array, string])[] = [
    ["{", "malformed"],
    ["", "malformed"],
    ["null", "invalid"],
    ["[]", "invalid"],
    ['{"content":"x","extra":1}', "invalid"],
    ['{"content":"x","author":"lin"}', "invalid"],
    ['{"content":"x","seq":1}', "invalid"],
    ['{"content":5}', "invalid"],
    ['{"content":{"$ne":""}}', "invalid"],
    ['{"content":["x"]}', "invalid"],
    ['{"content":null}', "invalid"],
    ["{}", "invalid"],
    ['{"content":"x","clientMessageId":""}', "invalid"],
    ['{"content":"x","clientMessageId":"with space"}', "invalid"],
    [`{"content":"x","clientMessageId":"${"k".repeat(65)}"}`, "invalid"],
    ['{"content":"x","replyTo":1.5}', "invalid"],
    ['{"__proto__":{"admin":true},"content":"x"}', "invalid"],
    [new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), "malformed"],
    [`{"content":${"[".repeat(60_000)}`, "malformed"],
    [`{"content":"${"x".repeat(140_000)}"}`, "too_large"],
  ];
  for (const [body, code] of cases) {
    expect([String(body).slice(0, 60), await ada.refusal("POST", path, body)]).toEqual([
      String(body).slice(0, 60),
      code,
    ]);
  }
  const text = await ada.request<Problem>("POST", path, "content=x", { "content-type": "text/plain" });
  expect([text.status, text.body.code]).toEqual([415, "unsupported_media_type"]);
  expect((await ada.messages(general)).messages).toEqual([]);
  expect(({} as Record<string, unknown>).admin).toBeUndefined();
});

test("[HT3] page sizes and cursors are numbers in their range, or refused", async () => {
  await using cast = await startWithCast();
  const { ada, general } = cast;
  const path = `/api/rooms/${general.id}/messages`;
  for (const query of [
    "limit=0",
    "limit=101",
    "limit=1000000000",
    "limit=1e2",
    "limit=-1",
    "limit=",
    "before=-1",
    "before=0",
    "before=x",
    "after=-5",
    "after=1.5",
    "after=99999999999999999",
    "around=0",
    "before=5&after=2",
    "before=5&before=6",
    "offset=5",
  ]) {
    expect([query, await ada.refusal("GET", `${path}?${query}`)]).toEqual([query, "invalid"]);
  }
  for (const query of ["since=-1", "since=x", ""]) {
    expect(await ada.refusal("GET", `/api/rooms/${general.id}/changes?${query}`)).toBe("invalid");
  }
});

test("[HT1] [HT2] errors are problems with a code; unknown paths and methods have theirs", async () => {
  await using cast = await startWithCast();
  const { server, ada } = cast;
  const missing = await ada.request<Problem>("GET", "/api/rooms/nowhere");
  expect(missing.headers.get("content-type")).toBe("application/problem+json");
  expect(missing.body).toEqual({
    type: "about:blank",
    title: expect.any(String),
    status: 404,
    detail: expect.any(String),
    code: "not_found",
  });
  expect(await ada.refusal("GET", "/api/nothing")).toBe("not_found");
  expect(await ada.refusal("PUT", "/api/rooms")).toBe("method_not_allowed");
  expect(await ada.refusal("GET", "/api/auth/sign-up")).toBe("method_not_allowed");
  expect(await server.stranger.refusal("GET", "/api/rooms")).toBe("not_signed_in");
  expect(await server.stranger.refusal("POST", "/api/rooms", { nonsense: true })).toBe("not_signed_in");
});

test("[HT1] a request to a host whose name is none is a problem like any other", async () => {
  await using server = await startServer();
  const { port } = new URL(server.url);
  for (const host of ["[::", "a b", "a:99999"]) {
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), "localhost");
      const chunks: Buffer[] = [];
      socket.on("data", (chunk: Buffer) => chunks.push(chunk));
      socket.on("close", () => resolve(Buffer.concat(chunks).toString()));
      socket.write(`GET /api/start HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    });
    expect([host, answer]).toEqual([host, expect.stringMatching(/^HTTP\/1\.1 400 .+"code":"malformed"/s)]);
  }
});

test("[HT4] changes from another origin are refused, and so are sockets", async () => {
  await using cast = await startWithCast();
  const { server, ada } = cast;
  const body = { name: "Forged" };
  for (const headers of [
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "none" },
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: `${server.url}.evil.example` },
  ]) {
    const answer = await ada.request<Problem>("POST", "/api/rooms", body, headers as never);
    expect([answer.status, answer.body.code]).toEqual([403, "cross_origin"]);
  }
  expect((await ada.request("POST", "/api/rooms", body, { "sec-fetch-site": "same-origin" })).status).toBe(201);
  expect((await ada.request("POST", "/api/rooms", body, { origin: server.url })).status).toBe(201);
  using foreign = ada.openSocket({ origin: "https://evil.example" });
  expect([1002, 1006]).toContain((await foreign.closed).code);
  using own = ada.openSocket({ origin: server.url });
  expect((await own.welcome()).user.username).toBe("ada");
});

test("[SO1] WZ-10 a socket needs a session, before it is opened", async () => {
  await using cast = await startWithCast();
  const { server, ada } = cast;
  const answer = await fetch(`${server.url}/api/socket`, { headers: { connection: "upgrade", upgrade: "websocket" } });
  expect(answer.status).toBe(401);
  const plain = await ada.request<Problem>("GET", "/api/socket");
  expect(plain.body.code).toBe("invalid");
});

test("[SO8] [SO12] a wrong command is answered and the connection kept; a broken frame ends it", async () => {
  await using cast = await startWithCast();
  const { ada, general } = cast;
  using socket = await ada.connect();
  const wrong: readonly (readonly [object, string])[] = [
    [{ type: "message.shout" }, "unknown_command"],
    [{ type: "toString" }, "unknown_command"],
    [{}, "unknown_command"],
    [{ type: 5 }, "unknown_command"],
    [{ type: "message.send", room: general.id }, "invalid"],
    [{ type: "message.send", room: general.id, content: "x", author: "lin" }, "invalid"],
    [{ type: "message.send", room: "", content: "x" }, "invalid"],
    [{ type: "message.edit", room: general.id, id: "1", content: "x" }, "invalid"],
    [{ type: "message.edit", room: general.id, id: -1, content: "x" }, "invalid"],
    [{ type: "message.delete", room: general.id, id: 2 ** 53 }, "invalid"],
    [{ type: "resume", topics: { "*": 1 } }, "invalid"],
    [{ type: "resume", topics: { [`room:${general.id}`]: -1 } }, "invalid"],
    [{ type: "resume", topics: { [`room:${general.id}`]: "5" } }, "invalid"],
    [{ type: "resume", topics: [] }, "invalid"],
  ];
  for (const [command, code] of wrong) {
    const ack = await socket.request(command as Record<string, unknown>);
    expect([JSON.stringify(command), ack.error?.code]).toEqual([JSON.stringify(command), code]);
    expect(ack.error).toMatchObject({ message: expect.any(String), retryable: false });
  }
  socket.write('{"type":"message.send","ref":"seven"}');
  expect(await socket.find((frame) => frame.type === "ack" && frame.ref === null)).toMatchObject({
    error: { code: "invalid" },
  });
  expect((await socket.send(general, "still here")).id).toBe(1);

  const endings: readonly (readonly [string | Uint8Array, number])[] = [
    ["{", 4009],
    ["[]", 4009],
    ["null", 4009],
    ['"text"', 4009],
    [new Uint8Array([1, 2, 3]), 4009],
    [JSON.stringify({ type: "ping", pad: "x".repeat(70_000) }), 1009],
  ];
  for (const [data, code] of endings) {
    using other = await ada.connect();
    other.write(data);
    expect([String(data).slice(0, 20), (await other.closed).code]).toEqual([String(data).slice(0, 20), code]);
  }
  expect((await socket.send(general, "unharmed")).id).toBe(2);
});

test("[SO8] text that is not UTF-8 ends its own connection alone", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, general } = cast;
  using healthy = await ada.connect();
  const raw = await openRawSocket(server.url, lin.cookie);
  raw.write(rawFrame(1, new Uint8Array([0x7b, 0xff, 0xfe, 0x7d])));
  expect([1007, 4009, null]).toContain(await closeCodeOf(raw));
  expect((await healthy.send(general, "unharmed")).id).toBe(1);
});

test("[SO11] typing reaches the others in the room, and nobody else", async () => {
  await using cast = await startWithCast();
  const { ada, lin, noor, committee } = cast;
  using adas = await ada.connect();
  using lins = await lin.connect();
  using noors = await noor.connect();
  adas.write(JSON.stringify({ type: "typing", room: committee.slug }));
  const frame = await lins.find(({ type }) => type === "typing");
  expect(frame).toEqual({ type: "typing", room: committee.id, user: ada.user.id });
  await noors.settle();
  expect(noors.frames.some(({ type }) => type === "typing")).toBe(false);
});

test("[LM1] a flood of messages is told to wait, over HTTP and the socket alike, and hurts nobody else", async () => {
  await using cast = await startWithCast({ limits: true });
  const { ada, lin, general } = cast;
  using socket = await ada.connect();
  const started = performance.now();
  const acks = await Promise.all(
    Array.from({ length: 80 }, (_, n) => socket.request({ type: "message.send", room: general.id, content: `${n}` })),
  );
  const refused = acks.filter(({ error }) => error !== undefined);
  expect(refused.length).toBeGreaterThan(20);
  expect(refused[0]?.error).toMatchObject({ code: "rate_limited", retryable: true, retryAfterMs: expect.any(Number) });
  const path = `/api/rooms/${general.id}/messages`;
  const send = () => ada.request<Problem>("POST", path, { content: "over HTTP" });
  const answers = await Promise.all(Array.from({ length: 80 }, send));
  const over = answers.filter(({ status }) => status === 429);
  expect(over[0]?.body.code).toBe("rate_limited");
  expect(Number(over[0]?.headers.get("retry-after"))).toBeGreaterThan(0);
  // Both take from one bucket: forty, and one more every 200 ms.
  const sent = acks.length - refused.length + answers.length - over.length;
  expect(sent).toBeLessThanOrEqual(40 + Math.ceil((performance.now() - started) / 200));
  expect((await lin.send(general, "I am fine")).id).toBe(sent + 1);
});

test("[LM1] whoever lists all rooms, or resumes, again and again is told to wait; others are not", async () => {
  await using cast = await startWithCast({ limits: true });
  const { ada, lin } = cast;
  const list = async (person: Person) => (await person.request("GET", "/api/rooms")).status;
  expect(await Promise.all(Array.from({ length: 60 }, () => list(lin)))).toContain(429);
  expect(await list(ada)).toBe(200);
  using socket = await lin.connect();
  const resume = async (person: Person) => (await person.request("POST", "/api/resume", { topics: {} })).status;
  const resumes = Array.from({ length: 100 }, () => socket.request({ type: "resume", topics: {} }));
  expect((await Promise.all(resumes)).map(({ error }) => error?.code)).toContain("rate_limited");
  expect(await Promise.all(Array.from({ length: 100 }, () => resume(lin)))).toContain(429);
  expect(await resume(ada)).toBe(200);
});

test("[LM1] whoever looks through names again and again is told to wait; others are not", async () => {
  await using cast = await startWithCast({ limits: true });
  const { ada, lin, general } = cast;
  const look = async (person: Person, path: string) => (await person.request("GET", path)).status;
  const [people, members] = ["/api/users?q=a", `/api/rooms/${general.id}/members?q=a`];
  expect([await look(lin, people), await look(lin, members)]).toEqual([200, 200]);
  const statuses = await Promise.all(Array.from({ length: 60 }, (_, n) => look(lin, n % 2 === 0 ? people : members)));
  expect(statuses).toContain(429);
  expect([await look(ada, people), await look(ada, members)]).toEqual([200, 200]);
});

test("[LM1] guessing a password is slowed down per login name and per address", async () => {
  await using cast = await startWithCast({ limits: true });
  const { server } = cast;
  const guess = (login: string) =>
    server.stranger.refusal("POST", "/api/auth/sign-in", { login, password: "a wrong guess" });
  const codes = [];
  for (let n = 0; n < 11; n++) codes.push(await guess("ada"));
  expect(codes.slice(0, 10)).toEqual(Array(10).fill("bad_credentials"));
  expect(codes[10]).toBe("rate_limited");
  expect(await guess("lin")).toBe("bad_credentials");
  server.clock.advance(31_000);
  expect(await guess("ADA")).toBe("bad_credentials");
});

test("[LM1] an open session is no way to guess the password, and those who guess at the door stop no change of it", async () => {
  await using cast = await startWithCast({ limits: true });
  const { server, ada, lin } = cast;
  const change = (current: string) => ada.request("PUT", "/api/me/password", { current, new: "salt and rope" });
  for (let n = 0; n < 11; n++) {
    await server.stranger.request("POST", "/api/auth/sign-in", { login: "ada", password: "a wrong guess" });
  }
  const guesses = [];
  for (let n = 0; n < 9; n++) guesses.push((await change("a wrong guess")).status);
  expect(guesses).toEqual(Array(9).fill(401));
  expect((await change("a good password of ada")).status).toBe(204);
  expect((await change("a wrong guess")).status).toBe(429);
  expect(await ada.refusal("PUT", "/api/me/email", { email: null, password: "a wrong guess" })).toBe("rate_limited");
  expect(await lin.refusal("PUT", "/api/me/email", { email: null, password: "a wrong guess" })).toBe("bad_credentials");
});

test("[LM1] whoever joins and leaves again and again is told to wait: each time tells a whole room", async () => {
  await using cast = await startWithCast({ limits: true });
  const { ada, lin } = cast;
  const room = await ada.createRoom("Boats");
  const statuses = [];
  for (let n = 0; n < 25; n++) {
    for (const method of ["PUT", "DELETE"]) {
      statuses.push((await lin.request(method, `/api/rooms/${room.id}/membership`)).status);
    }
  }
  expect(statuses.slice(0, 2)).toEqual([200, 204]);
  expect(statuses).toContain(429);
});

test("[LM1] one user holds at most twenty sockets", async () => {
  await using cast = await startWithCast({ limits: true });
  const { ada } = cast;
  const sockets = [];
  for (let n = 0; n < 20; n++) sockets.push(await ada.connect());
  using refused = ada.openSocket();
  expect([1002, 1006]).toContain((await refused.closed).code);
  for (const socket of sockets) socket.close();
});

test("[SO10] a connection that falls silent is ended, one that pings is kept", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin } = cast;
  const silent = await openRawSocket(server.url, ada.cookie);
  using lively = await lin.connect();
  server.clock.advance(60_000);
  await lively.heads();
  server.clock.advance(10_000);
  await new Promise((resolve) => silent.once("close", resolve));
  expect(await lively.heads()).toHaveProperty("workspace");
});

test("[AC6] a socket does not outlive its session", async () => {
  await using server = await startServer();
  const ada = await server.signUp("ada");
  using socket = await ada.connect();
  server.clock.advance(15 * 24 * 60 * 60 * 1000);
  const { code } = await socket.closed;
  expect([4001, 1006]).toContain(code);
  expect((await ada.request("GET", "/api/me")).status).toBe(401);
});

test("[HT5] IN-08 every response has the security headers, also errors and assets", async () => {
  await using cast = await startWithCast();
  const { server, ada } = cast;
  for (const path of ["/", "/healthz", "/api/me", "/api/nowhere", "/api/docs", "/api/socket", "/nowhere"]) {
    const { headers } = await fetch(`${server.url}${path}`);
    const csp = headers.get("content-security-policy") ?? "";
    expect([path, csp.includes("default-src 'none'")]).toEqual([path, true]);
    expect(csp).not.toMatch(/unsafe|\*/);
    expect(csp).toContain("require-trusted-types-for 'script'");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("server")).toBeNull();
  }
  expect((await ada.request("GET", "/api/me")).headers.get("access-control-allow-origin")).toBeNull();
  await using https = await startServer({ publicUrl: "https://chat.example.org" });
  expect((await fetch(`${https.url}/healthz`)).headers.get("strict-transport-security")).toContain("max-age=");
});

test("[HT7] the description names every route, and its page shows them", async () => {
  await using cast = await startWithCast();
  const { server } = cast;
  const document = await server.stranger.ok<{ openapi: string; paths: Record<string, object> }>(
    "GET",
    "/api/openapi.json",
  );
  expect(document.openapi).toBe("3.1.0");
  const page = await server.stranger.ok<string>("GET", "/api/docs");
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  expect(operations).toContain("post /api/rooms/{room}/messages");
  expect(operations).toContain("get /api/rooms/{room}/changes");
  expect(operations.length).toBeGreaterThan(24);
  for (const path of Object.keys(document.paths)) expect(page).toContain(path);
  for (const code of errorCodes) expect(page).toContain(`<td>${code}</td>`);
  expect(page).not.toMatch(/<script|style=/);
});

test("[HT7] every route tells its limit, and has an example of its body that is valid", async () => {
  await using cast = await startWithCast();
  const { server, ada, lin, general } = cast;
  type Operation = { "x-limit"?: string; requestBody?: { content: Record<string, { example?: object }> } };
  const { paths } = await server.stranger.ok<{ paths: Record<string, Record<string, Operation>> }>(
    "GET",
    "/api/openapi.json",
  );
  const places = { room: general.id, user: lin.user.id, id: "1", emoji: "x", code: "unknown" };
  let examples = 0;
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (path !== "/healthz" && path !== "/readyz")
        expect([method, path, operation["x-limit"]]).toContainEqual(expect.any(String));
      const body = operation.requestBody?.content["application/json"];
      if (!body) continue;
      examples++;
      const actual = path.replace(/\{(\w+)\}/g, (_, name: keyof typeof places) => places[name]);
      const { body: answer } = await ada.request<{ code?: string }>(method.toUpperCase(), actual, body.example);
      expect([method, path, answer?.code]).not.toContain("invalid");
    }
  }
  expect(examples).toBeGreaterThan(20);
});

test("health says that the process serves, readiness that it takes work", async () => {
  await using server = await startServer();
  expect(await server.stranger.ok("GET", "/healthz")).toEqual({ status: "ok", version: expect.stringMatching(/^\d/) });
  expect((await server.stranger.request("GET", "/readyz")).status).toBe(200);
});
