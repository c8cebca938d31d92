import { expect, test } from "bun:test";
import type { Problem } from "@parley/protocol/errors";
import { startWithCast } from "./harness.ts";

test("[LM3] connections are let in at a pace, and whoever comes too fast is told when to come again", async () => {
  await using cast = await startWithCast({ limits: true, connectsPerSecond: 0.1 });
  const { server, ada, lin, general } = cast;
  using first = await ada.connect();
  for (const path of ["/api/socket", "/api/events"]) {
    const refused = await lin.request<Problem>("GET", path);
    expect(refused).toMatchObject({ status: 503, body: { code: "unavailable", retryAfterMs: expect.any(Number) } });
    expect(["1", "2", "3"]).toContain(refused.headers.get("retry-after") ?? "");
  }
  // Nothing is looked up for it: strangers are told the same.
  expect((await server.stranger.request("GET", "/api/socket")).status).toBe(503);
  expect((await first.send(general, "those who are here go on")).id).toBe(1);
  server.clock.advance(10_000);
  using second = await lin.connect();
  await second.settle();
  expect((await lin.request("GET", "/api/socket")).status).toBe(503);
});

test("[SO10] a restart asks connections to come back at two thirds of the pace at which they are let in", async () => {
  await using cast = await startWithCast({ connectsPerSecond: 3 });
  const { server, ada } = cast;
  const sockets = await Promise.all(Array.from({ length: 40 }, () => ada.connect()));
  await server.stop();
  const waits = await Promise.all(
    sockets.map(async ({ closed }) => Number(JSON.parse((await closed).reason).retryInMs)),
  );
  // Forty of them at two a second.
  for (const ms of waits) expect(ms).toBeLessThanOrEqual(20_250);
  expect(Math.max(...waits)).toBeGreaterThan(10_000);
  expect(Math.min(...waits)).toBeLessThan(10_000);
});
