import { describe, expect, test } from "bun:test";
import { ParleyError } from "@parley/protocol/errors";
import type { Role, RoomKind, RoomRole } from "@parley/protocol/model";
import type { SignedIn } from "../store/accounts.ts";
import { decide, type RoomAct, requireWorkspaceAdmin, type Verdict } from "./access.ts";

/** A allowed, R refused (`not_allowed`), - hidden (`not_found`). */
type Row = readonly [workspaceRole: Role, inPublicRoom: string, inPrivateRoom: string];
type Grid = readonly [Row, Row, Row];

/** The columns of each row: not in the room, a member of it, its admin, its owner. */
const roomRoles: readonly (RoomRole | null)[] = [null, "member", "admin", "owner"];
const verdicts: Readonly<Record<string, Verdict>> = { A: "allowed", R: "refused", "-": "hidden" };

const mayWhoSees: Grid = [
  //          public     private
  //          - m a o    - m a o
  ["member", "A A A A", "- A A A"],
  ["admin", " A A A A", "- A A A"],
  ["owner", " A A A A", "- A A A"],
];

const mayWhoLooksAfterIt: Grid = [
  ["member", "- R A A", "- R A A"],
  ["admin", " A A A A", "- A A A"],
  ["owner", " A A A A", "- A A A"],
];

const mayWhoIsIn: Grid = [
  ["member", "- A A A", "- A A A"],
  ["admin", " - A A A", "- A A A"],
  ["owner", " - A A A", "- A A A"],
];

const mayNobody: Grid = [
  ["member", "- R R R", "- R R R"],
  ["admin", " - R R R", "- R R R"],
  ["owner", " - R R R", "- R R R"],
];

const mayNobodyEvenSee: Grid = [
  ["member", "- - - -", "- - - -"],
  ["admin", " - - - -", "- - - -"],
  ["owner", " - - - -", "- - - -"],
];

const mayModerators: Grid = [
  ["member", "- R A A", "- R A A"],
  ["admin", " - A A A", "- A A A"],
  ["owner", " - A A A", "- A A A"],
];

interface Rows {
  readonly rule: string;
  /** The act on a thing of someone else, or on no message at all. */
  readonly grid: Grid;
  /** The same on one's own message, where that differs. */
  readonly own?: Grid;
}

const table: Readonly<Record<RoomAct, Rows>> = {
  "room.see": { rule: "[RM1]", grid: mayWhoSees },
  "room.join": { rule: "[RM1]", grid: mayWhoSees },
  "room.leave": { rule: "[RM4]", grid: mayWhoSees },
  "room.edit": { rule: "[RM2]", grid: mayWhoLooksAfterIt },
  "room.delete": { rule: "[RM2]", grid: mayWhoLooksAfterIt },
  "room.invite": { rule: "[RM2]", grid: mayWhoLooksAfterIt },
  "member.role": { rule: "[RM10]", grid: mayWhoLooksAfterIt },
  "member.remove": { rule: "[RM11]", grid: mayWhoLooksAfterIt },
  "members.list": { rule: "[RM3]", grid: mayWhoIsIn },
  "messages.read": { rule: "[RM3]", grid: mayWhoIsIn },
  "message.send": { rule: "[RM3]", grid: mayWhoIsIn },
  "message.type": { rule: "[RM3]", grid: mayWhoIsIn },
  "receipt.set": { rule: "[RR1]", grid: mayWhoIsIn },
  "receipts.see": { rule: "[RR6]", grid: mayWhoIsIn },
  "level.set": { rule: "[NL1]", grid: mayWhoIsIn },
  "room.hide": { rule: "[DR5]", grid: mayNobody },
  "message.react": { rule: "[RE4]", grid: mayWhoIsIn },
  "message.edit": { rule: "[MS4]", grid: mayNobody, own: mayWhoIsIn },
  "message.delete": { rule: "[MS4]", grid: mayModerators, own: mayWhoIsIn },
  "file.upload": { rule: "[FI1]", grid: mayWhoIsIn },
  "file.read": { rule: "[FI4]", grid: mayWhoIsIn },
  "upload.read": { rule: "[FI4]", grid: mayNobodyEvenSee, own: mayWhoIsIn },
  "upload.remove": { rule: "[FI4]", grid: mayNobodyEvenSee, own: mayWhoIsIn },
};

const acts = Object.keys(table) as readonly RoomAct[];

for (const act of acts) {
  const { rule, grid, own: ownGrid = grid } = table[act];
  describe(`${rule} ${act}`, () => {
    for (const [own, rows] of [
      [false, grid],
      [true, ownGrid],
    ] as const) {
      for (const [role, inPublic, inPrivate] of rows) {
        for (const [kind, cells] of [
          ["public", inPublic],
          ["private", inPrivate],
        ] as const) {
          test(`by a workspace ${role} in a ${kind} room, ${own ? "of their own" : "of another's"}`, () => {
            const decided = roomRoles.map((roomRole) => [roomRole, decide(act, { role, kind, roomRole, own })]);
            const expected = cells
              .trim()
              .split(" ")
              .map((cell, column) => [roomRoles[column], verdicts[cell]]);
            expect(expected).toHaveLength(roomRoles.length);
            expect<unknown>(decided).toEqual(expected);
          });
        }
      }
    }
  });
}

/** In a direct room its people are equals, whatever they are in the workspace: what one may do, and with one's own. */
const inDirectRoom: Readonly<Record<RoomAct, readonly [ofAnother: Verdict, own: Verdict]>> = {
  "room.see": ["allowed", "allowed"],
  "room.join": ["allowed", "allowed"],
  "room.leave": ["refused", "refused"],
  "room.edit": ["refused", "refused"],
  "room.delete": ["refused", "refused"],
  "room.invite": ["refused", "refused"],
  "member.role": ["refused", "refused"],
  "member.remove": ["refused", "refused"],
  "members.list": ["allowed", "allowed"],
  "messages.read": ["allowed", "allowed"],
  "message.send": ["allowed", "allowed"],
  "message.type": ["allowed", "allowed"],
  "receipt.set": ["allowed", "allowed"],
  "receipts.see": ["allowed", "allowed"],
  "level.set": ["allowed", "allowed"],
  "room.hide": ["allowed", "allowed"],
  "message.react": ["allowed", "allowed"],
  "message.edit": ["refused", "allowed"],
  "message.delete": ["refused", "allowed"],
  "file.upload": ["allowed", "allowed"],
  "file.read": ["allowed", "allowed"],
  "upload.read": ["hidden", "allowed"],
  "upload.remove": ["hidden", "allowed"],
};

/** Whether an act goes on in an archived room, for those who may do it in any other. */
const inArchivedRoom: Readonly<Record<RoomAct, boolean>> = {
  "room.see": true,
  "room.join": false,
  "room.leave": true,
  "room.edit": true,
  "room.delete": true,
  "room.invite": false,
  "member.role": true,
  "member.remove": true,
  "members.list": true,
  "messages.read": true,
  "receipt.set": true,
  "receipts.see": true,
  "level.set": true,
  "room.hide": true,
  "message.send": false,
  "message.type": false,
  "message.react": false,
  "message.edit": false,
  "message.delete": true,
  "file.upload": false,
  "file.read": true,
  "upload.read": true,
  "upload.remove": true,
};

describe("[RM13] in an archived room", () => {
  test.each(acts)("%s", (act) => {
    const gone = inArchivedRoom[act] ? "allowed" : "archived";
    for (const kind of ["public", "private", "direct"] as const) {
      for (const role of ["member", "admin", "owner"] as const) {
        for (const roomRole of roomRoles) {
          for (const own of [true, false]) {
            const verdict = decide(act, { role, kind, roomRole, own });
            const archived = decide(act, { role, kind, roomRole, own, archived: true });
            expect(archived).toBe(verdict === "allowed" ? gone : verdict);
          }
        }
      }
    }
  });
});

describe("[DR3] in a direct room", () => {
  test.each(acts)("%s", (act) => {
    const kind = "direct";
    for (const role of ["member", "admin", "owner"] as const) {
      const decided = [false, true].map((own) => decide(act, { role, kind, roomRole: "member", own }));
      expect<unknown>(decided).toEqual(inDirectRoom[act]);
      for (const own of [true, false]) expect(decide(act, { role, kind, roomRole: null, own })).toBe("hidden");
    }
  });
});

describe("the table", () => {
  test("has rows for every act", async () => {
    const source = await Bun.file(new URL("./access.ts", import.meta.url)).text();
    const union = /export type RoomAct =([^;]+);/.exec(source)?.[1] ?? "";
    const named = [...union.matchAll(/"([^"]+)"/g)].map((match) => match[1]);
    expect(named.length).toBeGreaterThan(0);
    expect([...acts].sort()).toEqual(named.sort() as RoomAct[]);
  });

  test("has every role once, and every column", () => {
    for (const { grid, own = grid } of Object.values(table)) {
      for (const rows of [grid, own]) {
        expect(rows.map(([role]) => role)).toEqual(["member", "admin", "owner"]);
        for (const [, ...cells] of rows) {
          for (const each of cells) expect(each.trim()).toMatch(/^[AR-]( [AR-]){3}$/);
        }
      }
    }
  });

  test("[HT2] to whom a private room is hidden, everything in it is", () => {
    for (const act of acts) {
      for (const role of ["member", "admin", "owner"] as const satisfies readonly Role[]) {
        for (const own of [true, false]) {
          expect(decide(act, { role, kind: "private" satisfies RoomKind, roomRole: null, own })).toBe("hidden");
        }
      }
    }
  });
});

describe("acts on the workspace", () => {
  const by = (role: Role) => ({ user: { id: "U1", role } }) as SignedIn;

  test("[AC8] are for its owners and admins", () => {
    expect(() => requireWorkspaceAdmin(by("owner"))).not.toThrow();
    expect(() => requireWorkspaceAdmin(by("admin"))).not.toThrow();
    expect(() => requireWorkspaceAdmin(by("member"))).toThrow(new ParleyError("not_allowed"));
  });
});
