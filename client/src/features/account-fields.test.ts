import { expect, test } from "bun:test";
import { checkEmail, checkPassword, checkUsername, suggestUsername } from "./account-fields.ts";

test("a name suggests a user name that is valid, or none", () => {
  expect(suggestUsername("Ada Lindqvist")).toBe("ada.lindqvist");
  expect(suggestUsername("  Zoë Ångström-Straße ")).toBe("zoe.angstrom.strasse");
  expect(suggestUsername("Øyvind Łukasz")).toBe("oyvind.lukasz");
  expect(suggestUsername("山田")).toBe("");
  for (const name of ["Ada", "A very long name that goes on and on and on", "x.", "..y z"]) {
    const suggested = suggestUsername(name);
    if (suggested.length > 1) expect(checkUsername(suggested)).toBeUndefined();
  }
});

test("a user name is told what is wrong with it", () => {
  expect(checkUsername("ada_l-1.x")).toBeUndefined();
  for (const wrong of ["", "a", "-ada", "ada lind", "adä", "a".repeat(33)]) expect(checkUsername(wrong)).toBeString();
});

test("a password is counted in characters as people count them", () => {
  expect(checkPassword("🔑🔑🔑🔑🔑🔑🔑🔑")).toBeUndefined();
  expect(checkPassword("🔑🔑🔑🔑")).toBeString();
});

test("an address is one, or left out", () => {
  for (const right of ["", "ada@example.org", "a@b"]) expect(checkEmail(right)).toBeUndefined();
  for (const wrong of ["ada", "@", "ada@", "@example.org", "a b@c", "a@b@c"]) expect(checkEmail(wrong)).toBeString();
});
