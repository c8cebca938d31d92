/** Every limit of the interface, in one place. Lengths are in Unicode code points unless the name says otherwise. */
export const limits = {
  messageLength: 4000,
  usernameMin: 2,
  usernameMax: 32,
  displayNameLength: 64,
  emailLength: 254,
  passwordMin: 8,
  passwordMaxBytes: 1024,
  roomNameLength: 64,
  slugLength: 64,
  descriptionLength: 500,
  statusLength: 100,
  workspaceNameLength: 64,
  clientMessageIdLength: 64,
  inviteMaxUses: 100_000,
  pageDefault: 25,
  pageMax: 100,
  memberPageMax: 100,
  searchLength: 200,
  /** Words, phrases and filters of one search. */
  searchTerms: 16,
  searchPage: 25,
  peoplePageDefault: 50,
  peoplePageMax: 100,
  peopleQueryLength: 100,
  /** Rooms that one user may be in: bounds subscriptions, heads in a pong, and what a resume may ask. */
  roomsPerUser: 500,
  roomMembers: 100_000,
  invitesPerRoom: 100,
  sessionsPerUser: 50,
  /** UTF-16 units of an emoji, however it is spelled. */
  emojiLength: 32,
  /** Different emoji on one message. */
  reactionKinds: 20,
  /** Users that a message names for each of its reactions; more are only counted. */
  reactionUsers: 50,
  /** Messages for which one may ask at once what one has put on them. */
  ownReactionMessages: 50,
  /** People of a direct room, the one who opens it included. */
  directRoomUsers: 10,
  attachmentsPerMessage: 10,
  /** Names that one message can mention. */
  mentionsPerMessage: 50,
  /** In rooms of more members, only those who look after the room call everyone with `@here` and `@all`. */
  callAllMembers: 50,
  /** Rooms of more members keep to themselves how far each has read. */
  receiptMembers: 50,
  /** Unread messages and mentions are counted up to here, which then means "or more". */
  unreadCount: 100,
  fileNameBytes: 255,
  /** Users whose presence one connection follows. */
  watchedUsers: 200,
  /** Of a person or the workspace, as it is sent. */
  pictureBytes: 10 * 1024 * 1024,
  /** Of one user, on no message yet. */
  pendingUploads: 50,
  /** A page of the admin area. */
  adminPageMax: 100,
  pushEndpointLength: 1000,
  bodyBytes: 128 * 1024,
  frameBytes: 64 * 1024,
  /** A topic that is further behind than this is answered by a reset. */
  resumeChanges: 500,
  /** Things that one resume looks at in all topics: more than fit into its answer. */
  resumeChangesInAll: 2000,
  /** What one resume may send in all; the topics that do not fit are answered by a reset. */
  resumeBytes: 192 * 1024,
  /** A published delta that grows past this is split at a change. */
  deltaBytes: 48 * 1024,
} as const;

/** The length of a text as Parley counts it. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
