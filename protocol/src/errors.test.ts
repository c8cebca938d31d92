import { describe, expect, test } from "bun:test";
import { closeCodes, type ErrorCode, errorCodes, isFinalClose, ParleyError, statusOf, titleOf } from "./errors.ts";

/** What other programs rely on: a change of this table breaks them. */
const statuses: Readonly<Record<ErrorCode, number>> = {
  malformed: 400,
  invalid: 400,
  unknown_command: 400,
  blank_message: 400,
  weak_password: 400,
  not_signed_in: 401,
  bad_credentials: 401,
  not_allowed: 403,
  sign_up_closed: 403,
  cross_origin: 403,
  not_found: 404,
  invite_unusable: 404,
  reset_unusable: 404,
  verification_unusable: 404,
  verification_expired: 404,
  method_not_allowed: 405,
  username_taken: 409,
  email_taken: 409,
  verification_used: 409,
  slug_taken: 409,
  room_archived: 409,
  message_deleted: 409,
  limit_reached: 409,
  message_too_long: 413,
  too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  storage_full: 507,
  internal: 500,
  unavailable: 503,
};

describe("error codes", () => {
  test("[HT1] are a closed list, each with its status", () => {
    expect<Record<string, number>>(Object.fromEntries(errorCodes.map((code) => [code, statusOf(code)]))).toEqual(
      statuses,
    );
  });

  test("have a sentence for people, which tells nothing about the inside", () => {
    const titles = errorCodes.map(titleOf);
    for (const title of titles) expect(title).toMatch(/^[A-Z][^{}<>]+\.$/);
    expect(new Set(titles).size).toBe(titles.length);
  });

  test("are retryable exactly when the same request may succeed later", () => {
    const retryable = errorCodes.filter((code) => new ParleyError(code).retryable);
    expect(retryable.toSorted()).toEqual(["internal", "rate_limited", "storage_full", "unavailable"]);
  });
});

describe("an error", () => {
  test("on the wire has code, sentence and whether to retry, and nothing else", () => {
    const error = new ParleyError("not_found");
    expect(error.toWire()).toEqual({ code: "not_found", message: titleOf("not_found"), retryable: false });
    expect(error.status).toBe(404);
    expect(JSON.stringify(error.toWire())).not.toContain("stack");
  });

  test("[LM1] says how long to wait, if it knows", () => {
    expect(new ParleyError("rate_limited", undefined, { retryAfterMs: 250 }).toWire()).toEqual({
      code: "rate_limited",
      message: titleOf("rate_limited"),
      retryable: true,
      retryAfterMs: 250,
    });
  });

  test("may say something more exact than its title", () => {
    expect(new ParleyError("invalid", "slug: is too long").toWire().message).toBe("slug: is too long");
  });
});

describe("close codes", () => {
  test("are those of the contract", () => {
    expect(closeCodes).toEqual({
      restarting: 1012,
      overloaded: 1013,
      tooBig: 1009,
      notSignedIn: 4001,
      notAllowed: 4003,
      tooSlow: 4008,
      protocolError: 4009,
    });
  });

  test("4001, 4003 and 4009 alone tell a client to stay away", () => {
    const final = Array.from({ length: 4000 }, (_, index) => 1000 + index).filter(isFinalClose);
    expect(final).toEqual([4001, 4003, 4009]);
  });
});
