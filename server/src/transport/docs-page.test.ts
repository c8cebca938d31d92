import { expect, test } from "bun:test";
import { renderDocs } from "./docs-page.ts";

const hostile = `"><script>alert('1')</script>&`;

test("[HT7] the page lists every route of the description, with its parameters and answers", () => {
  const page = renderDocs({
    info: { title: "Parley", version: "1.2.3" },
    paths: {
      "/api/rooms": {
        get: { summary: "Lists rooms", tags: ["rooms"], security: [{}], responses: { 200: { description: "Here." } } },
        post: { summary: "Makes a room", tags: ["rooms"], responses: { 201: { description: "Made." } } },
      },
      "/api/rooms/{room}": {
        get: {
          tags: ["rooms"],
          parameters: [{ name: "room", in: "path", required: true, schema: { $ref: "#/components/schemas/Room" } }],
        },
      },
    },
    components: { schemas: { Room: { type: "object" } } },
  });
  for (const text of ["/api/rooms</code>", "/api/rooms/{room}", "Lists rooms", "Makes a room", "Made.", "1.2.3"]) {
    expect(page).toContain(text);
  }
  expect(page).toContain('<a href="#schema-Room">Room</a>');
  expect(page.match(/No login needed/g)).toHaveLength(2);
});

test("nothing in a description becomes markup", () => {
  const page = renderDocs({
    info: { title: hostile, version: hostile, description: hostile },
    paths: {
      [hostile]: {
        get: {
          summary: hostile,
          description: hostile,
          tags: [hostile],
          parameters: [{ name: hostile, in: hostile, schema: { description: hostile } }],
          requestBody: { content: { json: { schema: { $ref: `#/${hostile}` } } } },
          responses: { 200: { description: hostile, content: { json: { schema: { title: hostile.repeat(9) } } } } },
        },
      },
    },
    components: { schemas: { [hostile]: { description: hostile } } },
  });
  expect(page).not.toContain("<script");
  expect(page).not.toContain('">"');
  expect(page).not.toContain("alert('");
  expect(page).toContain("&#60;script&#62;");
});
