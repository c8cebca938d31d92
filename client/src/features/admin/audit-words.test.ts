import { expect, test } from "bun:test";
import { type AuditEntry, auditActs } from "@parley/protocol/audit";
import { groups, tell } from "./audit-words.ts";

const ada = { id: "U1", username: "ada", displayName: "Ada" };
const line = (entry: Omit<AuditEntry, "id" | "at">) => {
  const { who, does, whom } = tell({ id: 1, at: "2026-11-25T12:00:00.000Z", ...entry });
  return [who, does, whom].filter(Boolean).join(" ");
};

test("each act has its words in exactly one group", () => {
  expect(groups.flatMap(({ acts }) => Object.keys(acts)).sort()).toEqual([...auditActs].sort());
});

test("an entry tells who did what to whom", () => {
  const target = { kind: "user", id: "U2", name: "lin" } as const;
  expect(line({ act: "user.deactivated", actor: ada, target })).toBe("Ada deactivated lin");
  expect(line({ act: "user.deactivated", target })).toBe("The command line deactivated lin");
  expect(line({ act: "password.link_mailed", target })).toBe("Someone asked for a reset link by mail for lin");
  expect(line({ act: "session.opened", actor: ada, target: { ...target, id: "U1", name: "ada" } })).toBe(
    "Ada signed in",
  );
  expect(line({ act: "session.refused", target, address: "192.0.2.1" })).toBe("Someone failed to sign in as lin");
  expect(line({ act: "session.refused", address: "192.0.2.1" })).toMatch(/names that nobody has$/);
  expect(line({ act: "session.refused" })).toMatch(/other addresses$/);
  const ours = { kind: "workspace", id: "workspace", name: "Harbour" } as const;
  expect(line({ act: "backup.failed", target: ours })).toBe("Parley could not make a backup of Harbour");
});
