import assert from "node:assert/strict";
import { isPassing, readProblem, UNREACHABLE } from "./problem.ts";

Deno.test("readProblem() reads what a node says", () => {
  const body = {
    title: "The request is not valid",
    detail: "body.input: found 7",
    code: "invalid_request",
    request_id: "req_1",
    errors: [{ path: "body.input", message: "found 7" }, { path: 1 }, null],
  };
  assert.deepEqual(readProblem(422, JSON.stringify(body)), {
    status: 422,
    code: "invalid_request",
    title: "The request is not valid",
    detail: "body.input: found 7",
    request_id: "req_1",
    faults: [{ path: "body.input", message: "found 7" }],
  });
});

Deno.test("readProblem() makes do with whatever else answered", () => {
  for (const text of ["<html>Bad gateway</html>", "", "null", "[1]", '{"title":7}']) {
    const { code, title, faults } = readProblem(502, text);
    assert.deepEqual([code, title, faults], ["http_502", "The answer was HTTP 502", []], text);
  }
});

Deno.test("isPassing() is for what may be sent again as it is", () => {
  const passing = [0, 200, 401, 404, 409, 422, 429, 500, 502, 503, 504].filter((status) =>
    isPassing({ ...UNREACHABLE, status })
  );
  assert.deepEqual(passing, [0, 429, 502, 503, 504]);
});
