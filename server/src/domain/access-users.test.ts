import { describe, expect, test } from "bun:test";
import { ParleyError } from "@parley/protocol/errors";
import type { Role } from "@parley/protocol/model";
import type { SignedIn } from "../store/accounts.ts";
import { decideOnUser, requireAdminArea, type UserAct, type Verdict } from "./access.ts";

const verdicts: Readonly<Record<string, Verdict>> = { A: "allowed", R: "refused", "-": "hidden" };
const roles = ["member", "admin", "owner"] as const satisfies readonly Role[];

/** The columns: on a member, an admin, an owner; on oneself. */
const onOthers: Readonly<Record<Role, string>> = {
  //       m a o  self
  member: "- - -  -",
  admin: " A R R  R",
  owner: " A A A  R",
};
const table: Readonly<Record<Exclude<UserAct, "user.role" | "user.create">, Readonly<Record<Role, string>>>> = {
  "user.deactivate": onOthers,
  "user.reset": onOthers,
  "user.sign-out": onOthers,
};

/** The columns: to a member, an admin, an owner. The rows: who is changed. */
const changes: Readonly<Record<Role, Readonly<Record<Role | "self", string>>>> = {
  member: { member: "- - -", admin: "- - -", owner: "- - -", self: "- - -" },
  admin: { member: "A R R", admin: "R R R", owner: "R R R", self: "A A R" },
  owner: { member: "A A A", admin: "A A A", owner: "A A A", self: "A A A" },
};

const cells = (text: string) =>
  text
    .trim()
    .split(/\s+/)
    .map((cell) => verdicts[cell]);

describe("[AD3] acts on users", () => {
  for (const [act, rows] of Object.entries(table)) {
    test(`${act} by each role on each role, and on oneself`, () => {
      for (const by of roles) {
        const decided = roles.map((of) => decideOnUser(act as UserAct, { by, of, self: false }));
        const self = decideOnUser(act as UserAct, { by, of: by, self: true });
        expect<unknown>([by, ...decided, self]).toEqual([by, ...cells(rows[by])]);
      }
    });
  }

  test("user.role by each role on each role and on oneself, to each role", () => {
    for (const by of roles) {
      for (const of of [...roles, "self"] as const) {
        const decided = roles.map((role) =>
          decideOnUser("user.role", { by, of: of === "self" ? by : of, self: of === "self", role }),
        );
        expect<unknown>([by, of, ...decided]).toEqual([by, of, ...cells(changes[by][of])]);
      }
    }
  });

  test("user.create by each role, with each role", () => {
    const decided = roles.map((by) =>
      roles.map((role) => decideOnUser("user.create", { by, of: "member", self: false, role })),
    );
    expect<unknown>(decided).toEqual([cells("- - -"), cells("A R R"), cells("A A A")]);
  });

  test("[AD1] to members the admin area does not exist", () => {
    const by = (role: Role) => ({ user: { id: "U1", role } }) as SignedIn;
    expect(() => requireAdminArea(by("owner"))).not.toThrow();
    expect(() => requireAdminArea(by("admin"))).not.toThrow();
    expect(() => requireAdminArea(by("member"))).toThrow(new ParleyError("not_found"));
  });
});
