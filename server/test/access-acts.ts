/**
 * Who may do what: every route and every command, for nine actors in five kinds of room. `access-matrix.test.ts` carries
 * out each cell against a running server, and fails when a route, a command or a kind of change has no row.
 *
 * The columns of a grid are the actors. A cell is what they get: `A` allowed, `R` refused (403), `-` hidden (404), `S`
 * asked to sign in (401), `C` in conflict with what the room is (409). A dot stands where there is no such actor.
 */
export const actors = [
  "stranger",
  "outsider",
  "left",
  "removed",
  "deactivated",
  "member",
  "roomAdmin",
  "roomOwner",
  "workspaceOwner",
] as const;
export type Actor = (typeof actors)[number];

export const roomKinds = ["public", "private", "direct", "archived", "deleted"] as const;
export type StageKind = (typeof roomKinds)[number];
export type Grid = Readonly<Record<StageKind, string>>;

const gone = "S - - - S - - - -";

/** Whoever sees the room. */
const sees: Grid = {
  public: "   S A A A S A A A A",
  private: "  S - - - S A A A -",
  direct: "   S - . . . A . . -",
  archived: " S A A A S A A A A",
  deleted: gone,
};

/** Whoever sees it and could be in it; who is already, is. */
const comes: Grid = { ...sees, archived: "S C C C S A A A C" };
const goes: Grid = { ...sees, direct: "S - . . . R . . -" };

/** Members. */
const isIn: Grid = {
  public: "   S - - - S A A A -",
  private: "  S - - - S A A A -",
  direct: "   S - . . . A . . -",
  archived: " S - - - S A A A -",
  deleted: gone,
};

/** Members, of what they said themselves or of what is there for everyone, while the room takes anything. */
const says: Grid = { ...isIn, archived: "S - - - S C C C -" };

/** The room's admins, and the workspace's where they see it. */
const looksAfter: Grid = {
  public: "   S - - - S R A A A",
  private: "  S - - - S R A A -",
  direct: "   S - . . . R . . -",
  archived: " S - - - S R A A A",
  deleted: gone,
};

const opens: Grid = { ...looksAfter, archived: "S - - - S R C C C" };

/** Authors alone, of the words of others. */
const authorsOnly: Grid = {
  public: "   S - - - S R R R -",
  private: "  S - - - S R R R -",
  direct: "   S - . . . R . . -",
  archived: " S - - - S R R R -",
  deleted: gone,
};

const moderates: Grid = { ...looksAfter, public: "S - - - S R A A -", archived: "S - - - S R A A -" };

/** What an act is done to; `{own}` and `{other}` in a path are messages, `{someone}` another member. */
export interface Act {
  /** The route as the description names it, or the type of the command. */
  readonly name: string;
  readonly grid: Grid;
  /** The path where it differs from the name. */
  readonly path?: string;
  readonly body?: unknown;
  /** Of a command: its fields besides `room`. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

export const roomActs: readonly Act[] = [
  { name: "GET /api/rooms/{room}", grid: sees },
  { name: "PATCH /api/rooms/{room}", grid: looksAfter, body: { description: "changed" } },
  { name: "DELETE /api/rooms/{room}", grid: looksAfter },
  { name: "PUT /api/rooms/{room}/membership", grid: comes },
  { name: "DELETE /api/rooms/{room}/membership", grid: goes },
  { name: "GET /api/rooms/{room}/members", grid: isIn },
  { name: "GET /api/rooms/{room}/changes", grid: isIn, path: "/api/rooms/{room}/changes?since=0" },
  { name: "GET /api/rooms/{room}/messages", grid: isIn },
  { name: "POST /api/rooms/{room}/messages", grid: says, body: { content: "said" } },
  {
    name: "PATCH /api/rooms/{room}/messages/{id}",
    grid: says,
    path: "/api/rooms/{room}/messages/{own}",
    body: { content: "changed" },
  },
  {
    name: "PATCH /api/rooms/{room}/messages/{id}",
    grid: authorsOnly,
    path: "/api/rooms/{room}/messages/{other}",
    body: { content: "changed" },
  },
  { name: "DELETE /api/rooms/{room}/messages/{id}", grid: isIn, path: "/api/rooms/{room}/messages/{own}" },
  { name: "DELETE /api/rooms/{room}/messages/{id}", grid: moderates, path: "/api/rooms/{room}/messages/{other}" },
  {
    name: "PUT /api/rooms/{room}/messages/{id}/reactions/{emoji}",
    grid: says,
    path: "/api/rooms/{room}/messages/{other}/reactions/👍",
  },
  {
    name: "DELETE /api/rooms/{room}/messages/{id}/reactions/{emoji}",
    // Nothing of theirs is there, so nothing changes.
    grid: isIn,
    path: "/api/rooms/{room}/messages/{other}/reactions/👍",
  },
  {
    name: "GET /api/rooms/{room}/messages/{id}/notification",
    grid: isIn,
    path: "/api/rooms/{room}/messages/{other}/notification",
  },
  { name: "GET /api/rooms/{room}/invites", grid: opens },
  { name: "POST /api/rooms/{room}/invites", grid: opens, body: {} },
  {
    name: "GET /api/rooms/{room}/messages/{id}/readers",
    grid: isIn,
    path: "/api/rooms/{room}/messages/{other}/readers",
  },
  { name: "GET /api/rooms/{room}/receipts", grid: isIn },
  { name: "GET /api/rooms/{room}/my-reactions", grid: isIn, path: "/api/rooms/{room}/my-reactions?messages=1" },
  { name: "PUT /api/rooms/{room}/receipt", grid: isIn, body: { upTo: 1 } },
  { name: "PATCH /api/rooms/{room}/membership", grid: isIn, body: { notifyLevel: "none" } },
  {
    name: "PATCH /api/rooms/{room}/membership",
    // Only direct rooms are put away.
    grid: { ...authorsOnly, direct: isIn.direct },
    body: { hiddenUpTo: 0 },
  },
  {
    name: "PATCH /api/rooms/{room}/members/{user}",
    grid: looksAfter,
    path: "/api/rooms/{room}/members/{someone}",
    body: { role: "admin" },
  },
  { name: "DELETE /api/rooms/{room}/members/{user}", grid: looksAfter, path: "/api/rooms/{room}/members/{someone}" },
  { name: "POST /api/rooms/{room}/uploads", grid: says, path: "/api/rooms/{room}/uploads?name=a.txt", body: "bytes" },
  { name: "GET /rooms/{room}/messages", grid: isIn },
  { name: "POST /rooms/{room}/messages/create", grid: says, body: { content: "said" } },
  { name: "message.send", grid: says, fields: { content: "said" } },
  { name: "message.edit", grid: says, fields: { id: "{own}", content: "changed" } },
  { name: "message.delete", grid: moderates, fields: { id: "{other}" } },
  { name: "reaction.add", grid: says, fields: { id: "{other}", emoji: "👍" } },
  { name: "reaction.remove", grid: isIn, fields: { id: "{other}", emoji: "👍" } },
  { name: "receipt.set", grid: isIn, fields: { upTo: 1 } },
  { name: "typing", grid: says, fields: {} },
];

/** Everything that is not about one room: whom it is for. Administrators are the workspace's; to others it does not exist. */
export const otherActs: Readonly<Record<string, "anyone" | "signed in" | "administrators">> = {
  "GET /healthz": "anyone",
  "GET /readyz": "anyone",
  "GET /api/start": "anyone",
  "GET /api/workspace": "anyone",
  "GET /api/workspace/picture/{id}": "anyone",
  "PATCH /api/workspace": "administrators",
  "PUT /api/workspace/picture": "administrators",
  "DELETE /api/workspace/picture": "administrators",
  "POST /api/auth/sign-up": "anyone",
  "POST /api/auth/sign-in": "anyone",
  "POST /api/auth/resets": "anyone",
  "POST /api/auth/reset-requests": "anyone",
  "POST /api/auth/resets/preview": "anyone",
  "POST /api/auth/verifications": "anyone",
  "POST /api/auth/verifications/preview": "anyone",
  "POST /api/auth/sign-out": "signed in",
  "GET /api/me": "signed in",
  "PATCH /api/me": "signed in",
  "PUT /api/me/avatar": "signed in",
  "DELETE /api/me/avatar": "signed in",
  "PUT /api/me/password": "signed in",
  "PUT /api/me/email": "signed in",
  "POST /api/me/verification-requests": "signed in",
  "GET /api/sessions": "signed in",
  "DELETE /api/sessions/{id}": "signed in",
  "GET /api/users": "signed in",
  "GET /api/users/{user}": "signed in",
  "GET /api/avatars/{id}": "signed in",
  "GET /api/rooms": "signed in",
  "POST /api/rooms": "signed in",
  "POST /api/direct-rooms": "signed in",
  // An invite shows a stranger where it leads.
  "GET /api/invites/{code}": "anyone",
  "POST /api/invites/{code}/redemptions": "signed in",
  "DELETE /api/invites/{code}": "signed in",
  "GET /api/files/{id}": "signed in",
  "GET /api/files/{id}/thumbnail": "signed in",
  "DELETE /api/uploads/{id}": "signed in",
  "GET /api/search": "signed in",
  "POST /api/commands": "signed in",
  "POST /api/resume": "signed in",
  "GET /api/events": "signed in",
  "GET /api/push": "signed in",
  "PUT /api/push": "signed in",
  "DELETE /api/push": "signed in",
  "POST /api/push/test": "signed in",
  "GET /api/admin/users": "administrators",
  "POST /api/admin/users": "administrators",
  "PATCH /api/admin/users/{user}": "administrators",
  "PUT /api/admin/users/{user}/deactivation": "administrators",
  "DELETE /api/admin/users/{user}/deactivation": "administrators",
  "POST /api/admin/users/{user}/reset-link": "administrators",
  "DELETE /api/admin/users/{user}/sessions": "administrators",
  "GET /api/admin/rooms": "administrators",
  "PATCH /api/admin/rooms/{room}": "administrators",
  "GET /api/admin/rooms/{room}/members": "administrators",
  "DELETE /api/admin/rooms/{room}": "administrators",
  "PUT /api/admin/rooms/{room}/owner": "administrators",
  "GET /api/admin/invites": "administrators",
  "DELETE /api/admin/invites/{code}": "administrators",
  "GET /api/admin/overview": "administrators",
  "GET /api/admin/storage": "administrators",
  "GET /api/admin/audit": "administrators",
};

/** Commands that are about the connection itself. */
export const connectionActs: readonly string[] = ["resume", "ping", "presence", "presence.watch"];

/** What deltas carry, and who follows the topics that carry it. */
export const things: Readonly<Record<string, string>> = {
  messages: "members of the room",
  rooms: "members of the room; everyone, where it is public",
  memberships: "members of the room, and the user themself",
  users: "everyone; with the e-mail address, the user themself",
  sessions: "the user themself",
  workspace: "everyone",
  receipts: "the user themself; members of a small room, of those who share theirs",
  levels: "the user themself",
};
