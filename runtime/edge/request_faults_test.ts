import assert from "node:assert/strict";
import { z } from "zod";
import { invalidRequest, notJson } from "./request_faults.ts";

/** What is said of a value that a schema refuses. */
function told(schema: z.ZodType, value: unknown) {
  const result = schema.safeParse(value);
  const error = invalidRequest("json", value, result.error?.issues ?? assert.fail("accepted"));
  return { message: error.message, data: error.data };
}

Deno.test("invalidRequest() names a few unknown keys, however many and long they are", () => {
  const schema = z.strictObject({});
  assert.equal(told(schema, { a: 1 }).message, 'body: Unrecognized key: "a"');
  assert.equal(told(schema, { a: 1, b: 1 }).message, 'body: Unrecognized keys: "a", "b"');
  const many = Object.fromEntries(Array.from({ length: 30_000 }, (_, n) => [`k${n}`, 1]));
  assert.equal(
    told(schema, many).message,
    'body: Unrecognized keys: "k0", "k1", "k2", "k3", "k4" and 29995 more',
  );
  const long = told(schema, { ["x".repeat(300_000)]: 1 });
  assert.equal(long.message, `body: Unrecognized key: "${"x".repeat(80)}…"`);
});

Deno.test("invalidRequest() tells the first faults of many, and how many more there are", () => {
  const { message, data } = told(z.array(z.string()), Array.from({ length: 10_000 }, () => 1));
  assert.match(message, /^body\.0: .*; body\.19: .*; and 9980 more$/);
  assert.equal((data.errors as unknown[]).length, 20);
  assert.equal(data.more, 9980);
  const deep = told(z.record(z.string(), z.string()), { ["k".repeat(300_000)]: 1 });
  assert.ok(deep.message.length < 300, String(deep.message.length));
  assert.equal("more" in deep.data, false);
});

Deno.test("invalidRequest() quotes a number as it was read", () => {
  assert.match(told(z.object({}), JSON.parse("1e400")).message, /, found Infinity$/);
  assert.match(told(z.object({}), 7).message, /, found 7$/);
});

Deno.test("notJson() says what is wrong with the text, and where", () => {
  assert.equal(notJson("").message, "The body is empty, wanted JSON");
  assert.equal(notJson(" \n").message, "The body is empty, wanted JSON");
  assert.match(notJson('{"a":1,}').message, /^The body is not JSON: .*position 7/);
  assert.match(notJson("'a'").message, /^The body is not JSON: Unexpected token '''/);
  assert.ok(notJson("[".repeat(1_000_000)).message.length < 200);
  assert.equal(notJson("{").code, "malformed_request");
});
