/**
 * The protocol's version. A change that an older client would misread raises it; additions do not.
 * The hash test in `version.test.ts` fails when a schema changes without this page being looked at.
 *
 * 1: the first. An e-mail address is changed with the password (`PUT /me/email`), and says whether it is verified.
 * Texts say how long they may be.
 */
export const protocolVersion = 1;
