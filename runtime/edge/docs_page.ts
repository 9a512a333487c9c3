/**
 * The API's description as one page: rendered here, so that it needs no script, no font and nothing
 * from elsewhere, and its policy can forbid all of them.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import type { OpenAPIHono } from "@hono/zod-openapi";

/** The OpenAPI document. */
export type ApiDocument = ReturnType<OpenAPIHono["getOpenAPI31Document"]>;

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d8dde3, #3a4048); --soft: light-dark(#f5f7f9, #1d2126); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font: 0.875em/1.5 ui-monospace, monospace; }
pre { background: var(--soft); padding: 0.75rem; overflow-x: auto; border-radius: 6px; }
details { border: 1px solid var(--line); border-radius: 6px; margin: 0.5rem 0; padding: 0.5rem 0.75rem; }
summary { cursor: pointer; }
summary b { display: inline-block; min-width: 4.5em; font-family: ui-monospace, monospace; }
summary span { opacity: 0.75; }
table { border-collapse: collapse; width: 100%; }
td, th { border-top: 1px solid var(--line); padding: 0.25rem 0.5rem; text-align: left; vertical-align: top; }
`;

/** The policy under which the page works: its own style, and nothing else at all. */
export const DOCS_POLICY = `default-src 'none'; style-src 'sha256-${
  createHash("sha256").update(STYLE).digest("base64")
}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

type Markup = ReturnType<typeof html>;
type PathItem = NonNullable<ApiDocument["paths"]>[string];
type Operation = NonNullable<PathItem["get"]>;

const METHODS = ["get", "post", "put", "delete"] as const;

/** The page. */
export function docsPage(document: ApiDocument): Markup {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation ? [{ method, path, operation }] : [];
    })
  );
  const groups = Map.groupBy(operations, ({ operation }) => operation.tags?.[0] ?? "other");
  return html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>${document.info.title} ${document.info.version}</title>
        <style>${raw(STYLE)}</style>
      </head>
      <body>
    <h1>${document.info.title} <small>${document.info.version}</small></h1>
    <p>${document.info.description}</p>
    <p>For programs: <a href="/api/v1/openapi.json">openapi.json</a>. In a browser:
      <a href="console">the console</a></p>
    ${[...groups].map(([tag, members]) =>
      html`<h2>${tag}</h2>${
        members.map(({ method, path, operation }) => operationMarkup(method, path, operation))
      }`
    )}
    <h2>Shapes</h2>
    ${Object.entries(document.components?.schemas ?? {}).map(([name, schema]) =>
      html`<details id="shape-${name}"><summary><code>${name}</code></summary>${
        json(schema)
      }</details>`
    )}
      </body>
    </html>
  `;
}

function operationMarkup(method: string, path: string, operation: Operation): Markup {
  const { summary, description, parameters = [], requestBody, responses = {} } = operation;
  return html`<details>
<summary><b>${method.toUpperCase()}</b> <code>${path}</code> <span>${summary}</span></summary>
${description ? html`<p>${description}</p>` : ""}
${parameters.length === 0 ? "" : parameterTable(parameters)}
${
    requestBody && "content" in requestBody
      ? html`<h4>Body</h4>${contents(requestBody.content)}`
      : ""
  }
<h4>Answers</h4>
<table>${
    Object.entries(responses).map(([status, response]) =>
      html`
        <tr>
          <th>${status}</th>
          <td>${response.description} ${contents(response.content ?? {})}</td>
        </tr>
      `
    )
  }</table>
</details>`;
}

function parameterTable(parameters: NonNullable<Operation["parameters"]>): Markup {
  return html`
    <h4>Parameters</h4>
    <table>${parameters.map((parameter) =>
      "name" in parameter
        ? html`
          <tr>
            <th><code>${parameter.name}</code></th>
            <td>${parameter.in}${parameter.required ? ", required" : ""}</td>
            <td>${parameter.description ?? ""}</td>
          </tr>
        `
        : ""
    )}</table>
  `;
}

function contents(content: Readonly<Record<string, { schema?: unknown }>>): Markup {
  return html`${
    Object.entries(content).map(([type, { schema }]) => {
      const name = shapeName(schema);
      return name === null
        ? html`<div><code>${type}</code></div>`
        : html`<div><code>${type}</code> <a href="#shape-${name}">${name}</a></div>`;
    })
  }`;
}

function shapeName(schema: unknown): string | null {
  if (typeof schema !== "object" || schema === null || !("$ref" in schema)) return null;
  return String(schema.$ref).split("/").at(-1) ?? null;
}

function json(value: unknown): Markup {
  return html`<pre>${JSON.stringify(value, null, 2)}</pre>`;
}
