/**
 * Checks what Qdrant is asked and what it answers against its own description.
 *
 * Stricter than the server in one thing: it passes over a field that it does not know, and so does
 * nothing about a misspelt one; here that is a fault.
 *
 * @module
 */
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { fullFormats } from "ajv-formats/dist/formats.js";
import type { OpenApi } from "./reduce_openapi.ts";

/** A request as it arrived. */
export interface ReceivedRequest {
  readonly method: string;
  readonly url: URL;
  /** The body as JSON; undefined if there is none. */
  readonly body: unknown;
}

/** An operation of the description, with what stands in its path. */
export interface Operation {
  /** As in `PUT /collections/{collection_name}`. */
  readonly name: string;
  readonly path: Readonly<Record<string, string>>;
}

interface Checks {
  readonly method: string;
  readonly template: readonly string[];
  readonly name: string;
  readonly query: ReadonlyMap<
    string,
    { readonly required: boolean; readonly check: ValidateFunction }
  >;
  readonly body: ValidateFunction | null;
  /** By status: `200`, `4XX`, `default`. */
  readonly answers: ReadonlyMap<string, ValidateFunction>;
}

// deno-lint-ignore no-explicit-any -- a description is a tree of anything
type Tree = any;

/** The description under which the schemas refer to each other. */
const ROOT = "qdrant";

/** Whole numbers of Rust, by format. */
const WHOLE_NUMBERS = {
  uint: [0, Number.MAX_SAFE_INTEGER],
  uint8: [0, 2 ** 8 - 1],
  uint32: [0, 2 ** 32 - 1],
  uint64: [0, Number.MAX_SAFE_INTEGER],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
} as const;

/** Checks made of a description. */
export class Validator {
  readonly #operations: readonly Checks[];

  constructor(description: OpenApi) {
    const ajv = new Ajv({ allErrors: true, strictTypes: false });
    ajv.addKeyword("components");
    for (const [format, [low, high]] of Object.entries(WHOLE_NUMBERS)) {
      ajv.addFormat(format, {
        type: "number",
        validate: (value: number) => Number.isInteger(value) && value >= low && value <= high,
      });
    }
    for (const format of ["float", "double"]) {
      ajv.addFormat(format, { type: "number", validate: Number.isFinite });
    }
    for (const format of ["uuid", "date-time"] as const) ajv.addFormat(format, fullFormats[format]);
    ajv.addSchema({ $id: ROOT, components: jsonSchema(description.components) });
    this.#operations = Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => compile(ajv, path, method, operation))
    );
  }

  /** The operation that a request is for; null if the description has none. */
  operation({ method, url }: ReceivedRequest): Operation | null {
    for (const { method: wanted, template, name } of this.#operations) {
      const path = wanted === method ? pathValues(template, url.pathname) : null;
      if (path !== null) return { name, path };
    }
    return null;
  }

  /** What is wrong with a request; empty if nothing is. */
  requestFaults(request: ReceivedRequest): string[] {
    const { method, url, body } = request;
    const checks = this.#checks(this.operation(request)?.name);
    if (checks === undefined) return [`${method} ${url.pathname} is not described`];
    const faults: string[] = [];
    for (const name of new Set(url.searchParams.keys())) {
      const parameter = checks.query.get(name);
      const value = parameterValue(url.searchParams.get(name) ?? "");
      if (parameter === undefined) faults.push(`${checks.name} ?${name} is not described`);
      else faults.push(...faultsOf(parameter.check, value, `${checks.name} ?${name}`));
    }
    for (const [name, { required }] of checks.query) {
      if (required && !url.searchParams.has(name)) {
        faults.push(`${checks.name} ?${name} is missing`);
      }
    }
    if (checks.body !== null) faults.push(...faultsOf(checks.body, body, `${checks.name} request`));
    else if (body !== undefined) faults.push(`${checks.name} request takes no body`);
    return faults;
  }

  /** What is wrong with an answer; empty if nothing is. */
  answerFaults(operation: string, status: number, body: unknown): string[] {
    const checks = this.#checks(operation);
    if (checks === undefined) return [`${operation} is not described`];
    const { answers } = checks;
    const check = answers.get(String(status)) ?? answers.get(`${Math.floor(status / 100)}XX`) ??
      answers.get("default");
    if (check === undefined) return [`${operation} answer ${status} is not described`];
    return faultsOf(check, body, `${operation} answer ${status}`);
  }

  #checks(name: string | undefined): Checks | undefined {
    return this.#operations.find((checks) => checks.name === name);
  }
}

function compile(ajv: Ajv, path: string, method: string, operation: Tree): Checks {
  const check = (schema: Tree) => ajv.compile(jsonSchema(schema));
  const contentOf = (part: Tree) => part?.content?.["application/json"]?.schema;
  const body = contentOf(operation.requestBody);
  const parameters = (operation.parameters ?? []).filter(({ in: place }: Tree) =>
    place === "query"
  );
  return {
    method: method.toUpperCase(),
    template: path.split("/"),
    name: `${method.toUpperCase()} ${path}`,
    query: new Map(parameters.map(({ name, required, schema }: Tree) => [
      name,
      { required: required === true, check: check(schema) },
    ])),
    body: body === undefined ? null : check(body),
    answers: new Map(
      // Of a refusal to say the version, nothing but its status is described.
      Object.entries(operation.responses)
        .map(([status, part]) => [status, check(contentOf(part) ?? {})]),
    ),
  };
}

/**
 * A schema of OpenAPI 3.0 as JSON schema: null is a type, references lead to {@link ROOT}, defaults are
 * no matter, and an object that names its members has no others.
 */
export function jsonSchema(schema: Tree): Tree {
  if (Array.isArray(schema)) return schema.map(jsonSchema);
  if (typeof schema !== "object" || schema === null) return schema;
  if (schema.nullable === true && Object.keys(schema).length === 1) return { type: "null" };
  const { default: _, $ref, ...rest } = schema;
  if ($ref !== undefined) return { $ref: `${ROOT}${$ref}` };
  const converted = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [
      key,
      key === "properties" ? propertySchemas(value) : jsonSchema(value),
    ]),
  );
  const closed = rest.properties !== undefined && rest.additionalProperties === undefined &&
    rest.type === "object";
  return closed ? { ...converted, additionalProperties: false } : converted;
}

/** Here every name is a member's own. */
function propertySchemas(properties: Tree): Tree {
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, jsonSchema(schema)]),
  );
}

/** What stands for each `{name}` of a path; null if the path is another. */
function pathValues(template: readonly string[], pathname: string): Record<string, string> | null {
  const parts = pathname.split("/");
  if (parts.length !== template.length) return null;
  const values: Record<string, string> = {};
  for (const [index, wanted] of template.entries()) {
    const found = decodeURIComponent(parts[index] ?? "");
    const name = /^\{(.+)\}$/.exec(wanted)?.[1];
    if (name !== undefined) values[name] = found;
    else if (wanted !== found) return null;
  }
  return values;
}

/** Values in a query are text; the description speaks of what they mean. */
function parameterValue(text: string): unknown {
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d+$/.test(text) ? Number(text) : text;
}

function faultsOf(check: ValidateFunction, value: unknown, where: string): string[] {
  if (check(value)) return [];
  return [...new Set(deepest(check.errors ?? []).map((error) => describe(error, where)))];
}

/**
 * Where there is a choice of forms, each of them complains. Those that got furthest into the value are
 * about the form that was meant.
 */
function deepest(errors: readonly ErrorObject[]): ErrorObject[] {
  const depth = ({ instancePath, keyword }: ErrorObject) =>
    keyword === "anyOf" || keyword === "oneOf" ? -1 : instancePath.split("/").length;
  const most = Math.max(...errors.map(depth));
  return errors.filter((error) => depth(error) === most);
}

function describe({ instancePath, message, params }: ErrorObject, where: string): string {
  const extra = params.additionalProperty === undefined ? "" : ` (${params.additionalProperty})`;
  return `${where} ${instancePath === "" ? "/" : instancePath}: ${message}${extra}`;
}
