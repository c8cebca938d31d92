import { limits } from "@parley/protocol/limits";
import { dictionary } from "@zxcvbn-ts/language-common";

/** So many of those that leaked most often are refused: more would refuse what nobody guesses online. */
const most = 3000;

/** Leaked passwords that are long enough to be chosen here, in small letters. The package has the most frequent first. */
export const leakedPasswords: ReadonlySet<string> = new Set(
  dictionary.passwords.filter((password) => password.length >= limits.passwordMin).slice(0, most),
);
