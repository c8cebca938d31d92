import { codePoints, limits } from "@parley/protocol/limits";

/** What is asked of accounts before the server is: where something is wrong, what to say of it. */

/** A user name for a person's name: "Ada Lindqvist" is ada.lindqvist. Empty when nothing of it can be used. */
export function suggestUsername(displayName: string): string {
  return displayName
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/ß/g, "ss")
    .replace(/[øØ]/g, "o")
    .replace(/[æÆ]/g, "ae")
    .replace(/[łŁ]/g, "l")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ".")
    .slice(0, limits.usernameMax)
    .replace(/^\.+|\.+$/g, "");
}

export function checkUsername(username: string): string | undefined {
  if (username === "") return "Choose a user name.";
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(username)) {
    return "Use letters a–z, digits, dot, dash and underscore, and begin with a letter or digit.";
  }
  if (username.length < limits.usernameMin) return `Use at least ${limits.usernameMin} characters.`;
  if (username.length > limits.usernameMax) return `Use at most ${limits.usernameMax} characters.`;
  return undefined;
}

export function checkPassword(password: string): string | undefined {
  if (codePoints(password) < limits.passwordMin) return `Use at least ${limits.passwordMin} characters.`;
  return undefined;
}

/** Empty: none is given. */
export function checkEmail(email: string): string | undefined {
  if (email === "" || /^[^\s@]+@[^\s@]+$/.test(email)) return undefined;
  return "This does not look like an e-mail address.";
}

export function checkName(name: string, max: number, empty: string): string | undefined {
  if (name.trim() === "") return empty;
  if (codePoints(name.trim()) > max) return `Use at most ${max} characters.`;
  return undefined;
}
