/**
 * Makes `qdrant_openapi.json`, by which the stand-in checks what it is asked and what it answers, of
 * Qdrant's own description: the paths that the adapter uses with everything they refer to, word for
 * word, but without prose and examples.
 *
 *     deno run --allow-read --allow-write runtime/memory/qdrant/stand_in/reduce_openapi.ts WHOLE
 *     deno fmt runtime/memory/qdrant/stand_in/qdrant_openapi.json
 *
 * Where to find the whole, and its licence, is said in the file itself, under `info`.
 *
 * @module
 */

/** The operations that the adapter uses: methods by path. */
const USED: Readonly<Record<string, readonly string[]>> = {
  "/": ["get"],
  "/aliases": ["get"],
  "/collections": ["get"],
  "/collections/aliases": ["post"],
  "/collections/{collection_name}": ["get", "put", "delete"],
  "/collections/{collection_name}/index": ["put"],
  "/collections/{collection_name}/points": ["post", "put"],
  "/collections/{collection_name}/points/delete": ["post"],
  "/collections/{collection_name}/points/payload": ["post"],
  "/collections/{collection_name}/points/scroll": ["post"],
  "/collections/{collection_name}/points/count": ["post"],
  "/collections/{collection_name}/points/query": ["post"],
  "/collections/{collection_name}/points/query/batch": ["post"],
  "/collections/{collection_name}/facet": ["post"],
};

const SOURCE =
  "https://github.com/qdrant/qdrant, docs/redoc/master/openapi.json, reduced to the used" +
  " paths and without prose";

/** Members that are for people. */
const PROSE = new Set(["description", "example", "examples", "summary", "tags", "externalDocs"]);

const REFERENCE = "#/components/schemas/";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The parts of a description that are read here. */
export interface OpenApi {
  readonly openapi: string;
  readonly info: { readonly version: string; readonly license: Json };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>> };
}

/** The used part of a description. A path that it lacks is left out. */
export function reduceOpenApi(whole: OpenApi, used = USED): OpenApi {
  const paths: Record<string, Record<string, Json>> = {};
  for (const [path, methods] of Object.entries(used)) {
    const operations = Object.entries(whole.paths[path] ?? {})
      .filter(([method]) => methods.includes(method));
    paths[path] = Object.fromEntries(
      operations.map(([name, value]) => [name, withoutProse(value)]),
    );
  }
  const names = new Set<string>();
  const visit = (value: Json) => {
    for (const name of referredBy(value)) {
      if (names.has(name)) continue;
      names.add(name);
      visit(whole.components.schemas[name] ?? null);
    }
  };
  visit(paths as Json);
  const schemas = [...names].sort()
    .map((name) => [name, withoutProse(whole.components.schemas[name] ?? null)] as const);
  const { version, license } = whole.info;
  return {
    openapi: whole.openapi,
    info: { title: "Qdrant API", source: SOURCE, version, license } as OpenApi["info"],
    paths,
    components: { schemas: Object.fromEntries(schemas) },
  };
}

function withoutProse(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutProse);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value)
    // Under `properties` the names are the data's own.
    .filter(([key, inner]) => !PROSE.has(key) || isSchema(inner));
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutProse(inner)]));
}

/** Whether a member of this value is a property with an unlucky name, and no prose. */
function isSchema(value: Json): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    ("type" in value || "$ref" in value || "anyOf" in value);
}

function referredBy(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(referredBy);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === "$ref" && typeof inner === "string"
      ? [inner.slice(REFERENCE.length)]
      : referredBy(inner)
  );
}

if (import.meta.main) {
  const [whole = ""] = Deno.args;
  const reduced = reduceOpenApi(JSON.parse(await Deno.readTextFile(whole)));
  const target = new URL("qdrant_openapi.json", import.meta.url);
  await Deno.writeTextFile(target, JSON.stringify(reduced, null, 2));
}
