import assert from "node:assert/strict";
import { driverTarget, eachHost, targetOf } from "./target.ts";

const ONE = "postgres://me:a,b@db1:5432/x";
const TWO = "postgres://me:a,b@db1:5432,db2/x";

Deno.test("targetOf() wants the server that takes writes, of several hosts and where the address says so", () => {
  const cases: readonly (readonly [url: string, wanted: string | null])[] = [
    [ONE, null],
    [`${ONE}?search_path=a,b`, null],
    [`${ONE}?target_session_attrs=read-write`, "read-write"],
    [TWO, "read-write"],
    [`${TWO}?search_path=a`, "read-write"],
    ["postgres://db1,db2", "read-write"],
    [`${TWO}?jit=off&target_session_attrs=primary`, "primary"],
    [`${TWO}?target_session_attrs=standby`, "standby"],
  ];
  for (const [url, wanted] of cases) assert.equal(targetOf(url), wanted, url);
});

Deno.test("eachHost() makes of an address one for each host", () => {
  const query = "?search_path=a,b@c";
  assert.deepEqual(eachHost(TWO + query), [
    `postgres://me:a,b@db1:5432/x${query}`,
    `postgres://me:a,b@db2/x${query}`,
  ]);
  assert.deepEqual(eachHost(ONE), [ONE]);
  assert.deepEqual(eachHost("postgres://db1,db2"), ["postgres://db1", "postgres://db2"]);
});

Deno.test("driverTarget() has the driver look for the primary among several hosts", () => {
  const primary = { target_session_attrs: "primary" };
  for (const query of ["", "?target_session_attrs=read-write", "?target_session_attrs=primary"]) {
    assert.deepEqual(driverTarget(TWO + query), primary, query);
    assert.deepEqual(driverTarget(ONE + query), {}, query);
  }
  assert.deepEqual(driverTarget(`${TWO}?target_session_attrs=standby`), {});
});
