/**
 * Reads a schema as people would: what a place accepts, and what its path is called.
 *
 * @module
 */
import { z } from "zod";

/** The part of JSON Schema that the configuration's schema turns into. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  /** Words that stand for everything below, see `file_schema.ts`. */
  readonly accepted?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
}

/** A step into a value: a key of a map, or a place in a list. */
export type PathStep = PropertyKey;

/** A path as people write it: `agents.a.skills[0]`. */
export function keyOf(path: readonly PathStep[], before = ""): string {
  const text = path.map((step) => typeof step === "number" ? `[${step}]` : `.${String(step)}`);
  return before + text.join("").replace(/^\./, "");
}

/** The JSON Schema of what may be written, before defaults. */
export function inputSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: "input" }) as JsonSchema;
}

/** The schema at a path, or null where it has none. */
export function schemaAt(root: JsonSchema, path: readonly PathStep[]): JsonSchema | null {
  let node: JsonSchema | undefined = root;
  for (const step of path) {
    node = typeof step === "number" ? node.items : node.properties?.[String(step)] ?? values(node);
    if (node === undefined) return null;
  }
  return node;
}

/** The schema of a map's values, when it takes any key. */
export function values(node: JsonSchema): JsonSchema | undefined {
  return typeof node.additionalProperties === "object" ? node.additionalProperties : undefined;
}

/** What a place accepts, in words. */
export function acceptedWords(node: JsonSchema): string {
  if (node.accepted !== undefined) return node.accepted;
  if (node.enum !== undefined) return `one of ${node.enum.join(", ")}`;
  if (node.anyOf !== undefined) return node.anyOf.map(acceptedWords).join(" or ");
  switch (node.type) {
    case "integer":
      return `a whole number${range(node)}`;
    case "number":
      return `a number${range(node)}`;
    case "string":
      return `text${length(node)}`;
    case "boolean":
      return "true or false";
    case "null":
      return "null";
    case "array":
      return `a list${node.maxItems === undefined ? "" : ` of at most ${node.maxItems}`}${
        node.items === undefined ? "" : `, each ${acceptedWords(node.items)}`
      }`;
    case "object":
      return `a map${mapKeys(node)}`;
    default:
      return "any value";
  }
}

function range(node: JsonSchema): string {
  const low = bound(node.minimum);
  const high = bound(node.maximum);
  if (low !== undefined && high !== undefined) return ` from ${low} to ${high}`;
  if (low !== undefined) return ` of at least ${low}`;
  const above = node.exclusiveMinimum;
  if (above !== undefined) return ` above ${above}${high === undefined ? "" : ` up to ${high}`}`;
  return high === undefined ? "" : ` of at most ${high}`;
}

/** The ends of the safe integers are what a schema says that has no bound. */
function bound(value: number | undefined): number | undefined {
  return value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? undefined : value;
}

function length({ minLength, maxLength, pattern }: JsonSchema): string {
  if (pattern !== undefined) return ` that matches ${pattern}`;
  if (minLength !== undefined && maxLength !== undefined) {
    return ` of ${minLength} to ${maxLength} characters`;
  }
  if (maxLength !== undefined) return ` of at most ${maxLength} characters`;
  return minLength === undefined ? "" : ` of at least ${minLength} characters`;
}

function mapKeys(node: JsonSchema): string {
  const keys = Object.keys(node.properties ?? {});
  if (keys.length > 0) return ` of ${keys.join(", ")}`;
  return values(node) === undefined ? " without keys" : " by name";
}
