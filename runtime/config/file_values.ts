/**
 * Holds a configuration file against its schema.
 *
 * @module
 */
import type { z } from "zod";
import { ASSISTANT } from "../../actors/session/agent.ts";
import type { ConfigFile } from "./config_file.ts";
import { type ConfigFault, shownValue, wrongThing, wrongValue } from "./fault.ts";
import { fileSchema, type FileValues } from "./file_schema.ts";
import {
  acceptedWords,
  inputSchema,
  type JsonSchema,
  keyOf,
  type PathStep,
  schemaAt,
} from "./json_schema.ts";
import { nearest } from "./nearest.ts";

/** What the built-in agent is told. */
const ASSISTANT_SYSTEM =
  "You are a helpful assistant. Answer briefly and truthfully. Use the skills you are given when they help, and say so when you do not know.";

/** The file's values with all defaults, or null when there are faults. */
export function readFileValues(file: ConfigFile, faults: ConfigFault[]): FileValues | null {
  const written = withAssistant(withoutEmptySections(file.values));
  const parsed = fileSchema.safeParse(written);
  if (parsed.success) return parsed.data;
  const schema = inputSchema(fileSchema);
  for (const issue of parsed.error.issues) {
    faults.push(...faultsOf(issue, written, schema, file));
  }
  return null;
}

/** A heading under which everything is commented out reads as null; it means nothing. */
function withoutEmptySections(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

/** Adds the built-in agent, or to the file's own agent of that name what it leaves out. */
function withAssistant(values: Record<string, unknown>): Record<string, unknown> {
  const agents = values.agents ?? {};
  if (!isMap(agents)) return values;
  const own = agents[ASSISTANT] ?? {};
  if (!isMap(own)) return values;
  return { ...values, agents: { ...agents, [ASSISTANT]: { system: ASSISTANT_SYSTEM, ...own } } };
}

function faultsOf(
  issue: z.core.$ZodIssue,
  written: unknown,
  schema: JsonSchema,
  file: ConfigFile,
): ConfigFault[] {
  const { path } = issue;
  const node = schemaAt(schema, path);
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(node?.properties ?? {});
    return issue.keys.map((key) => unknownKey([...path, key], known, written, file));
  }
  const source = file.sourceOf(path);
  if (issue.code === "invalid_key") {
    const name = path.at(-1);
    const wanted = issue.issues[0]?.message ?? issue.message;
    return [wrongValue(keyOf(path.slice(0, -1), "a name in "), String(name), wanted, source)];
  }
  const wanted = node === null ? issue.message : acceptedWords(node);
  return [wrongValue(keyOf(path), valueAt(written, path), wanted, source)];
}

function unknownKey(
  path: readonly PathStep[],
  known: readonly string[],
  written: unknown,
  file: ConfigFile,
): ConfigFault {
  const meant = nearest(String(path.at(-1)), known);
  const wanted = known.length === 0 ? "no keys here" : `one of ${known.join(", ")}`;
  const hint = meant === null ? "" : `. Did you mean ${meant}?`;
  const key = keyOf(path);
  const found = shownValue(key, valueAt(written, path));
  return wrongThing(
    key,
    `is an unknown key (its value is ${found}), wanted ${wanted}${hint}`,
    file.sourceOf(path),
  );
}

function valueAt(root: unknown, path: readonly PathStep[]): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === "object" && value !== null
        ? (value as Record<PropertyKey, unknown>)[step]
        : undefined,
    root,
  );
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
