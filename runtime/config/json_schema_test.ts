import assert from "node:assert/strict";
import { z } from "zod";
import { acceptedWords, inputSchema, keyOf, schemaAt } from "./json_schema.ts";

Deno.test("acceptedWords() says what a schema accepts", () => {
  const cases: [z.ZodType, string][] = [
    [z.int().min(1).max(9), "a whole number from 1 to 9"],
    [z.int().min(1), "a whole number of at least 1"],
    [z.int().positive(), "a whole number above 0"],
    [z.int(), "a whole number"],
    [z.number().max(2), "a number of at most 2"],
    [z.number().gt(0).max(2), "a number above 0 up to 2"],
    [z.boolean(), "true or false"],
    [z.enum(["a", "b"]), "one of a, b"],
    [z.int().min(5).nullable(), "a whole number of at least 5 or null"],
    [z.string(), "text"],
    [z.string().max(3), "text of at most 3 characters"],
    [z.string().min(2), "text of at least 2 characters"],
    [z.string().min(1).max(3), "text of 1 to 3 characters"],
    [z.string().regex(/^a$/), "text that matches ^a$"],
    [z.array(z.int()).max(4), "a list of at most 4, each a whole number"],
    [z.array(z.string()), "a list, each text"],
    [z.strictObject({ a: z.int(), b: z.int() }), "a map of a, b"],
    [z.strictObject({}), "a map without keys"],
    [z.record(z.string(), z.int()), "a map by name"],
    [z.string().regex(/^x/).meta({ accepted: "an x" }).optional(), "an x"],
    [z.int().default(3).describe("three"), "a whole number"],
  ];
  for (const [schema, words] of cases) assert.equal(acceptedWords(inputSchema(schema)), words);
});

Deno.test("schemaAt() follows keys, names of maps and places in lists", () => {
  const root = inputSchema(z.strictObject({
    agents: z.record(z.string(), z.strictObject({ skills: z.array(z.boolean()) })),
  }));
  assert.equal(schemaAt(root, ["agents", "any", "skills", 3])?.type, "boolean");
  assert.equal(schemaAt(root, ["agents", "any", "other"]), null);
  assert.equal(schemaAt(root, ["agents", "any", "skills", "x"]), null);
});

Deno.test("keyOf() writes a path with dots and brackets", () => {
  assert.equal(keyOf(["agents", "a", "skills", 0]), "agents.a.skills[0]");
  assert.equal(keyOf([]), "");
});
