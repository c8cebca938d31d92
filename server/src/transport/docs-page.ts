/** The page at `/api/docs`: the OpenAPI description as plain HTML, without a script. */

interface Description {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string };
  readonly paths?: object;
  readonly components?: { readonly schemas?: object };
  readonly "x-errors"?: readonly { readonly code: string; readonly status: number; readonly meaning: string }[];
  readonly "x-limits"?: readonly { readonly name: string; readonly burst: number; readonly everyMs: number }[];
}

interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly "x-limit"?: string | undefined;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema?: object;
  }[];
  readonly requestBody?: { readonly content?: Content };
  readonly responses?: Readonly<Record<string, { readonly description?: string; readonly content?: Content }>>;
}

type Content = Readonly<Record<string, { readonly schema?: object; readonly example?: unknown }>>;

export function renderDocs(description: Description): string {
  const operations = Object.entries(description.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Operation>).map(([method, operation]) => ({ path, method, operation })),
  );
  const groups = Map.groupBy(operations, ({ operation }) => operation.tags?.[0] ?? "other");
  const sections = [...groups].map(
    ([tag, list]) =>
      `<section><h2 id="${toHtml(tag)}">${toHtml(tag)}</h2>${list
        .map(({ path, method, operation }) => renderOperation(path, method, operation))
        .join("")}</section>`,
  );
  const schemas = Object.entries(description.components?.schemas ?? {}).map(
    ([name, schema]) => `<h3 id="schema-${toHtml(name)}">${toHtml(name)}</h3>${renderSchema(schema)}`,
  );
  const errors = renderTable(
    ["code", "status", "meaning"],
    (description["x-errors"] ?? []).map(({ code, status, meaning }) => [code, String(status), meaning]),
  );
  const limits = renderTable(
    ["limit", "at once", "then one every"],
    (description["x-limits"] ?? []).map(({ name, burst, everyMs }) => [name, String(burst), `${everyMs / 1000} s`]),
  );
  const { title, version, description: text = "" } = description.info;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${toHtml(title)} API</title><link rel="icon" href="/icon.svg"><link rel="stylesheet" href="/api/docs.css"></head>
<body><header><h1>${toHtml(title)} API <small>${toHtml(version)}</small></h1><p>${toHtml(text)}</p>
<p><a href="/api/openapi.json">openapi.json</a></p>
<nav aria-label="Sections">${[...groups.keys(), "errors", "limits", "schemas"]
    .map((tag) => `<a href="#${toHtml(tag)}">${toHtml(tag)}</a>`)
    .join(" ")}</nav></header>
<main>${sections.join("\n")}<section><h2 id="errors">errors</h2>${errors}</section>
<section><h2 id="limits">limits</h2>${limits}</section><section><h2 id="schemas">schemas</h2>${schemas.join("\n")}</section></main></body></html>`;
}

function renderOperation(path: string, method: string, operation: Operation): string {
  const parameters = (operation.parameters ?? []).map(
    ({ name, in: place, required, schema }) =>
      `<li><code>${toHtml(name)}</code> in ${toHtml(place)}${required ? "" : ", optional"} ${renderSchema(schema)}</li>`,
  );
  const [request] = Object.values(operation.requestBody?.content ?? {});
  const limit = operation["x-limit"];
  const responses = Object.entries(operation.responses ?? {})
    .filter(([status]) => status !== "default")
    .map(([status, { description = "", content }]) => {
      const schema = Object.values(content ?? {})[0]?.schema;
      return `<li><b>${toHtml(status)}</b> ${toHtml(description)} ${schema ? renderSchema(schema) : ""}</li>`;
    });
  return `<article><h3><span class="method ${toHtml(method)}">${toHtml(method.toUpperCase())}</span>
<code>${toHtml(path)}</code></h3><p>${toHtml(operation.summary ?? "")}${operation.security ? "" : " <em>No login needed.</em>"}${limit ? ` <a href="#limits">Limit: ${toHtml(limit)}</a>` : ""}</p>
${operation.description ? `<p>${toHtml(operation.description)}</p>` : ""}
${parameters.length > 0 ? `<h4>Parameters</h4><ul>${parameters.join("")}</ul>` : ""}
${request ? `<h4>Body</h4>${renderSchema(request.schema)}${renderExample(request.example)}` : ""}<h4>Answers</h4><ul>${responses.join("")}</ul></article>`;
}

const renderExample = (example: unknown): string =>
  example === undefined ? "" : `<p>For example <code>${toHtml(JSON.stringify(example))}</code></p>`;

function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[], tag: "th" | "td") =>
    `<tr>${cells.map((cell) => `<${tag}>${toHtml(cell)}</${tag}>`).join("")}</tr>`;
  return `<table>${line(head, "th")}${rows.map((row) => line(row, "td")).join("")}</table>`;
}

function renderSchema(schema: object | undefined): string {
  if (!schema) return "";
  if ("$ref" in schema && typeof schema.$ref === "string") {
    const name = schema.$ref.split("/").at(-1) ?? "";
    return `<a href="#schema-${toHtml(name)}">${toHtml(name)}</a>`;
  }
  const text = JSON.stringify(schema, null, 2);
  return text.length < 60 ? `<code>${toHtml(JSON.stringify(schema))}</code>` : `<pre>${toHtml(text)}</pre>`;
}

function toHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

export const docsCss = `
:root{color-scheme:light dark;--line:light-dark(#dfe6e7,#33413f);--soft:light-dark(#f2f6f6,#1d2625);--accent:light-dark(#00716f,#5cc8c0)}
body{font:15px/1.5 Inter,system-ui,sans-serif;margin:0 auto;padding:24px 20px 80px;max-width:920px;color:light-dark(#1d2628,#e4ebea);background:light-dark(#fcfdfd,#151c1c)}
h1{font-size:24px;margin:0}h1 small{font-size:14px;font-weight:400}h2{margin:36px 0 8px;text-transform:capitalize}h3{font-size:15px;margin:0 0 4px}h4{font-size:13px;margin:10px 0 2px}
table{border-collapse:collapse;width:100%}th,td{padding:4px 12px 4px 0;border-bottom:1px solid var(--line);text-align:start;vertical-align:top}
nav a{margin-right:12px;text-transform:capitalize}a{color:var(--accent)}article{border:1px solid var(--line);border-radius:10px;padding:14px 16px;margin:12px 0}
section>h3{margin-top:18px}p{margin:4px 0}ul{margin:2px 0;padding-left:20px}code,pre{font:13px/1.5 ui-monospace,Menlo,Consolas,monospace}
pre{background:var(--soft);border-radius:8px;padding:10px 12px;overflow:auto;margin:4px 0}.method{font-size:12px;font-weight:650;border-radius:5px;padding:2px 7px;background:var(--soft)}
`;
