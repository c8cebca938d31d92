/**
 * The closed list of error codes, with the HTTP status and the sentence that each has.
 * A socket ack carries the same code; `retryable` says that the same request may succeed later.
 */
const table = {
  malformed: [400, "The request could not be read."],
  invalid: [400, "Something in the request is not valid."],
  unknown_command: [400, "There is no such command."],
  blank_message: [400, "A message needs some text."],
  weak_password: [400, "That password is too easy to guess."],
  not_signed_in: [401, "Sign in first."],
  bad_credentials: [401, "That user name, e-mail or password is not right."],
  not_allowed: [403, "You are not allowed to do that."],
  sign_up_closed: [403, "This workspace does not take new accounts without an invite."],
  cross_origin: [403, "This request came from another site."],
  not_found: [404, "There is nothing here, or it is not for you."],
  invite_unusable: [404, "This invite does not work any more."],
  reset_unusable: [404, "This link does not work any more. Ask for a new one."],
  verification_unusable: [404, "There is no such link, or a newer one has taken its place."],
  verification_expired: [404, "This link is too old. Ask for a new one in your settings."],
  method_not_allowed: [405, "That method does not work here."],
  username_taken: [409, "That user name is taken."],
  email_taken: [409, "That e-mail address is in use."],
  verification_used: [409, "This link was used already: the address is verified."],
  slug_taken: [409, "That room address is in use."],
  room_archived: [409, "This room is archived. It can be read, and nothing more."],
  message_deleted: [409, "This message was deleted."],
  limit_reached: [409, "There can be no more of these."],
  message_too_long: [413, "This message is too long."],
  too_large: [413, "The request is too large."],
  unsupported_media_type: [415, "Send JSON."],
  rate_limited: [429, "That was too fast. Try again in a moment."],
  storage_full: [507, "The server has no room left to store this. Try again later."],
  internal: [500, "Something went wrong on the server."],
  unavailable: [503, "The server is busy or restarting. Try again in a moment."],
} as const;

export type ErrorCode = keyof typeof table;

export const errorCodes = Object.keys(table) as readonly ErrorCode[];
export const statusOf = (code: ErrorCode) => table[code][0];

const retryableCodes: ReadonlySet<ErrorCode> = new Set(["rate_limited", "storage_full", "internal", "unavailable"]);

/** An error as a socket ack carries it. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
}

/** The one error that crosses layers. The domain throws it; only the transport translates it. */
export class ParleyError extends Error {
  override readonly name = "ParleyError";
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string = table[code][1], options: { readonly retryAfterMs?: number } = {}) {
    super(message);
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }

  get status(): number {
    return statusOf(this.code);
  }

  get retryable(): boolean {
    return retryableCodes.has(this.code);
  }

  toWire(): WireError {
    const { code, message, retryable, retryAfterMs } = this;
    return retryAfterMs === undefined ? { code, message, retryable } : { code, message, retryable, retryAfterMs };
  }
}

/** An HTTP error body (RFC 9457). */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly retryAfterMs?: number;
}

export const titleOf = (code: ErrorCode): string => table[code][1];

/** WebSocket close codes. Those in `final` tell a client not to reconnect by itself. */
export const closeCodes = {
  restarting: 1012,
  overloaded: 1013,
  tooBig: 1009,
  notSignedIn: 4001,
  notAllowed: 4003,
  tooSlow: 4008,
  protocolError: 4009,
} as const;

const final: ReadonlySet<number> = new Set([closeCodes.notSignedIn, closeCodes.notAllowed, closeCodes.protocolError]);

export const isFinalClose = (code: number): boolean => final.has(code);
