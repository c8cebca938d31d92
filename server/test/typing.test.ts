import { expect, test } from "bun:test";
import { startWithCast } from "./harness.ts";

test("[TY1] typing that is said again and again is told once", async () => {
  await using cast = await startWithCast();
  const { ada, lin, general } = cast;
  using writer = await ada.connect();
  using reader = await lin.connect();
  for (let n = 0; n < 50; n++) await writer.request({ type: "typing", room: general.id });
  await reader.settle();
  expect(reader.frames.filter(({ type }) => type === "typing")).toHaveLength(1);
  await ada.send(general, "there");
  await writer.request({ type: "typing", room: general.id });
  await reader.settle();
  expect(reader.frames.filter(({ type }) => type === "typing")).toHaveLength(2);
});

test("[TY3] WZ-05, AZ-12: who left a room, or was never in it, neither tells nor hears of typing there", async () => {
  await using cast = await startWithCast();
  const { ada, lin, noor, committee } = cast;
  using member = await ada.connect();
  using leaver = await lin.connect();
  using outsider = await noor.connect();
  await leaver.request({ type: "typing", room: committee.id });
  await member.find((frame) => frame.type === "typing");
  const { length } = member.frames;
  await lin.ok("DELETE", `/api/rooms/${committee.id}/membership`);
  for (const socket of [leaver, outsider]) {
    expect((await socket.request({ type: "typing", room: committee.id })).error?.code).toBe("not_found");
  }
  await member.request({ type: "typing", room: committee.id });
  for (const socket of [member, leaver, outsider]) await socket.settle();
  const told = member.frames.slice(length).flatMap((frame) => (frame.type === "typing" ? [frame.user] : []));
  expect(told).toEqual([ada.user.id]);
  expect(outsider.frames.filter(({ type }) => type === "typing")).toEqual([]);
  expect(leaver.frames.filter((frame) => frame.type === "typing" && frame.user === ada.user.id)).toEqual([]);
});
