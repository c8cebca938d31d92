import { expect, test } from "bun:test";
import type { Resumed } from "@parley/protocol/http/live";
import type { Attachment, Message, Room } from "@parley/protocol/model";
import { TestStream } from "./event-stream.ts";
import type { Person } from "./harness.ts";
import { drawPicture } from "./pictures.ts";
import { settled, startWithPush } from "./push-service.ts";

type Cast = Awaited<ReturnType<typeof startWithPush>>;

/** Lin in the committee, and what Lin had of it when the right to it was still there. */
interface Stage extends Cast {
  readonly note: Attachment;
  readonly picture: Attachment;
}

/** Everything that came to Lin by one way until now; `witness` is the newest that was said where Lin stays. */
type Received = (witness: string) => Promise<string>;

interface Way {
  readonly received: Received;
  /** When the server ended it. */
  readonly ended?: Promise<unknown>;
}

/** Every way on which something of a room reaches someone. */
const ways: Readonly<Record<string, (stage: Stage) => Promise<Way>>> = {
  async socket({ lin }) {
    const socket = await lin.connect();
    return {
      ended: socket.closed,
      async received() {
        await Promise.race([socket.closed, socket.settle().catch(() => socket.closed)]);
        return JSON.stringify(socket.frames);
      },
    };
  },
  async "event stream"({ server, lin }) {
    const stream = await TestStream.open(server.url, lin);
    return {
      ended: stream.ended,
      async received(witness) {
        await Promise.race([stream.ended, stream.said(witness).catch(() => stream.ended)]);
        return JSON.stringify(stream.frames);
      },
    };
  },
  async poll({ lin }) {
    const { heads, epoch } = await lin.ok<Resumed>("POST", "/api/resume", { topics: {} });
    return { received: () => asked(lin, "POST", "/api/resume", { topics: heads, epoch }) };
  },
  async history({ lin, committee }) {
    return { received: () => asked(lin, "GET", `/api/rooms/${committee.id}/messages`) };
  },
  async file({ lin, note }) {
    return { received: () => downloaded(lin, `/api/files/${note.id}`) };
  },
  async thumbnail({ lin, picture }) {
    // Nothing is written in a picture: that it came is what counts.
    return {
      async received() {
        const { status } = await lin.download(`/api/files/${picture.id}/thumbnail`);
        return status === 200 ? "the words, and the canary" : "";
      },
    };
  },
  async push({ subscribe, lin }) {
    const browser = await subscribe(lin);
    return { received: async () => JSON.stringify(browser.received) };
  },
};

/** What takes the committee from Lin; after some of it Lin has no session any more. */
const revocations: Readonly<Record<string, { readonly ends: boolean; readonly by: (cast: Cast) => Promise<unknown> }>> =
  {
    removed: {
      ends: false,
      by: ({ ada, lin, committee }) => ada.ok("DELETE", `/api/rooms/${committee.id}/members/${lin.user.id}`),
    },
    gone: {
      ends: false,
      by: ({ lin, committee }) => lin.ok("DELETE", `/api/rooms/${committee.id}/membership`),
    },
    deactivated: {
      ends: true,
      by: ({ ada, lin }) => ada.ok("PUT", `/api/admin/users/${lin.user.id}/deactivation`),
    },
    "signed out": { ends: true, by: ({ lin }) => lin.ok("POST", "/api/auth/sign-out") },
    "signed out by an administrator": {
      ends: true,
      by: ({ ada, lin }) => ada.ok("DELETE", `/api/admin/users/${lin.user.id}/sessions`),
    },
  };

for (const [name, { ends, by }] of Object.entries(revocations)) {
  test(`[AX3] WZ-02 who is ${name} gets nothing more, on any way, within a second`, async () => {
    await using cast = await startWithPush();
    const { ada, sam, general, committee } = cast;
    await ada.bring(sam, committee);
    await cast.subscribe(sam);
    const stage: Stage = {
      ...cast,
      note: await ada.upload(committee, "note.txt", "the words, and the canary"),
      picture: await ada.upload(committee, "picture.png", await drawPicture(20, 10)),
    };
    const open = await Promise.all(Object.values(ways).map((start) => start(stage)));
    const received = async (witness: string) => {
      await ada.send(general, witness);
      const texts = await Promise.all(open.map((way) => way.received(witness)));
      return Object.keys(ways).map((way, index) => [way, texts[index] ?? ""] as const);
    };

    const first = await say(ada, committee, "@lin @sam the words", [stage.note.id, stage.picture.id]);
    await settled(sam, committee, first.id);
    for (const [way, text] of await received("before")) expect([way, text.includes("the words")]).toEqual([way, true]);

    // Said while Lin may still read it, and due to be pushed when Lin may not.
    const due = await say(ada, committee, "@lin @sam the last one");
    await by(cast);
    const since = performance.now();
    if (ends) await Promise.all(open.map(({ ended }) => ended));
    // Not when they are next heard of.
    expect(performance.now() - since).toBeLessThan(8000);
    const late = await say(ada, committee, "@lin @sam the canary");
    for (const { id } of [due, late]) expect(await settled(sam, committee, id)).toMatchObject({ devices: 1 });
    for (const [way, text] of await received("after")) {
      expect([way, text.includes("canary")]).toEqual([way, false]);
      if (way === "push") expect(text).not.toContain("the last one");
    }
  });
}

test("[AX3] who is demoted keeps the room, and at once has nothing of what admins see and do", async () => {
  await using cast = await startWithPush();
  const { ada, lin, committee } = cast;
  const member = `/api/rooms/${committee.id}/members/${lin.user.id}`;
  const invites = `/api/rooms/${committee.id}/invites`;
  await ada.ok("PATCH", member, { role: "admin" });
  await ada.ok("PATCH", `/api/admin/users/${lin.user.id}`, { role: "admin" });
  const message = await ada.send(committee, "ada's words");
  using socket = await lin.connect();
  const { code } = await lin.ok<{ code: string }>("POST", invites, {});
  await lin.ok("GET", "/api/admin/users");
  await ada.ok("PATCH", `/api/admin/users/${lin.user.id}`, { role: "member" });
  await ada.ok("PATCH", member, { role: "member" });
  for (const path of ["users", "rooms", "invites", "overview", "audit"]) {
    expect([path, await lin.refusal("GET", `/api/admin/${path}`)]).toEqual([path, "not_found"]);
  }
  expect(await lin.refusal("GET", invites)).toBe("not_allowed");
  expect(await cast.noor.refusal("POST", `/api/invites/${code}/redemptions`)).toBe("invite_unusable");
  const ack = await socket.request({ type: "message.delete", room: committee.id, id: message.id });
  expect(ack.error?.code).toBe("not_allowed");
  await ada.send(committee, "still for everyone here");
  await socket.settle();
  expect(JSON.stringify(socket.deltas(`room:${committee.id}`))).toContain("still for everyone here");
});

const say = (person: Person, room: Room, content: string, attachments: readonly string[] = []) =>
  person.ok<Message>("POST", `/api/rooms/${room.id}/messages`, { content, attachments });

const asked = async (person: Person, method: string, path: string, body?: object) =>
  JSON.stringify((await person.request(method, path, body)).body);

const downloaded = async (person: Person, path: string) =>
  new TextDecoder().decode((await person.download(path)).bytes);
