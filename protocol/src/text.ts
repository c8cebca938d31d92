import { z } from "zod";
import { isBlank } from "./content.ts";
import { codePoints } from "./limits.ts";

/** NUL and the other controls that no text needs; tab and line feed pass. */
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u0080-\u009f]/u;
/** Marks that are invisible, or that turn the direction of what follows: never part of a name. */
const invisible =
  /[\p{Default_Ignorable_Code_Point}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029\u{e0000}-\u{e007f}]/u;
/** Running text of any length: well-formed Unicode without control characters, line ends as line feeds. */
export const text = () =>
  z
    .string()
    .refine((value) => value.isWellFormed(), "has broken Unicode")
    .transform((value) => value.replace(/\r\n?/g, "\n"))
    .refine((value) => !controls.test(value), "has control characters");

/** Running text of at most `max` code points, trimmed. */
export const shortText = (max: number) =>
  text()
    .transform((value) => value.trim())
    .refine((value) => codePoints(value) <= max, `is longer than ${max} characters`)
    .meta({ maxLength: max });

/** A name shown to people: one visible line, composed (NFC), without invisible or direction-changing marks. */
export const name = (max: number) =>
  z
    .string()
    .refine((value) => value.isWellFormed(), "has broken Unicode")
    .transform((value) => value.normalize("NFC").trim().replace(/\s+/gu, " "))
    .refine((value) => !controls.test(value) && !hasInvisible(value), "has invisible characters")
    .refine((value) => !isBlank(value), "is blank")
    .refine((value) => codePoints(value) <= max, `is longer than ${max} characters`)
    .meta({ maxLength: max });

/**
 * Joiners and variation selectors belong to emoji and to several scripts: one joiner between two visible characters, one
 * selector after a visible character.
 */
function hasInvisible(value: string): boolean {
  return invisible.test(
    value
      .replace(/(?<=[^\s\p{Default_Ignorable_Code_Point}])[\ufe0e\ufe0f]/gu, "")
      .replace(
        /(?<=[^\s\p{Default_Ignorable_Code_Point}])[\u200c\u200d](?=[^\s\p{Default_Ignorable_Code_Point}])/gu,
        "",
      ),
  );
}
