import { expect, test } from "bun:test";
import { SearchSchedule } from "./search-schedule.ts";

test("[SE1] a room that cannot be indexed is tried again, and keeps no other waiting", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const tried: (string | undefined)[] = [];
  const errors: unknown[] = [];
  const schedule = new SearchSchedule(
    ["R1", "R2"],
    ([room]) => {
      tried.push(room);
      if (tried.length === 3) resolve();
      if (room === "R1") throw new Error("it cannot be read");
      return room === undefined ? [] : [room];
    },
    (error) => errors.push(error),
  );
  await promise;
  await schedule.close();
  expect(tried).toEqual(["R1", "R2", "R1"]);
  expect(errors).toHaveLength(2);
});
