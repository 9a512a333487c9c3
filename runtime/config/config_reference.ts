/**
 * The reference of the configuration, made from what reads it, so that it cannot be wrong.
 *
 * @module
 */
import { VARIABLES } from "./environment.ts";
import { fileSchema } from "./file_schema.ts";
import { acceptedWords, inputSchema, type JsonSchema, values } from "./json_schema.ts";
import { table, type TableRow } from "../markdown_table.ts";

/** Names for the keys of maps that take any. */
const KEY_NAMES: Readonly<Record<string, string>> = {
  "llm.providers": "<name>",
  "llm.providers.<name>.prices": "<model>",
  agents: "<name>",
  "skills.secrets": "<NAME>",
};

/** Two tables in Markdown: the environment variables, and the keys of the file. */
export function configReference(): string {
  const head = (what: string): TableRow => [what, "Accepted", "Unless given", "Meaning"];
  return [
    "### Environment",
    "",
    table(head("Variable"), environmentRows()),
    "",
    "### File",
    "",
    table(head("Key"), fileRows(inputSchema(fileSchema), "")),
  ].join("\n");
}

function environmentRows(): TableRow[] {
  return Object.entries(VARIABLES).map(([name, variable]) => [
    `\`${name}\``,
    variable.accepted,
    "fallback" in variable ? `\`${variable.fallback}\`` : variable.unset,
    variable.about,
  ]);
}

function fileRows(node: JsonSchema, path: string): TableRow[] {
  const properties = Object.entries(node.properties ?? {});
  if (properties.length > 0) {
    return properties.flatMap(([key, child]) => fileRows(child, path ? `${path}.${key}` : key));
  }
  const items = values(node);
  if (items?.type === "object") return fileRows(items, `${path}.${KEY_NAMES[path] ?? "<name>"}`);
  return [[
    `\`${path}\``,
    acceptedWords(node),
    node.default === undefined ? "" : `\`${JSON.stringify(node.default)}\``,
    node.description ?? "",
  ]];
}
