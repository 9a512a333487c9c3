import assert from "node:assert/strict";
import { driverAddress, type DriverTls, tlsOf } from "./tls.ts";

const BASE = "postgres://me:p%40ss@db:6543/synapse";

/** Gives a file its own path as content. */
const read = (path: string) => `the text of ${path}`;

Deno.test("tlsOf() reads the mode and the authority, and takes whoever names one at their word", () => {
  const cases:
    readonly (readonly [query: string, mode: string | null, authority: string | null])[] = [
      ["", null, null],
      ["?search_path=x", null, null],
      ["?sslmode=disable", "disable", null],
      ["?sslmode=require", "require", null],
      ["?ssl=require", "require", null],
      ["?ssl=true", "verify-full", null],
      ["?ssl=false", "disable", null],
      ["?sslmode=verify-ca", "verify-full", null],
      ["?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem", "verify-full", "/etc/ca.pem"],
      ["?sslmode=require&sslrootcert=/etc/ca.pem", "verify-full", "/etc/ca.pem"],
      ["?sslrootcert=system", "verify-full", "system"],
      ["?sslmode=prefer&sslrootcert=/etc/ca.pem", "prefer", "/etc/ca.pem"],
    ];
  for (const [query, mode, authority] of cases) {
    assert.deepEqual(tlsOf(BASE + query), { mode, authority }, query);
  }
});

Deno.test("driverAddress() gives the driver its own option, and keeps ours out of the server's settings", () => {
  const cases:
    readonly (readonly [query: string, tls: { readonly ssl?: DriverTls }, rest: string])[] = [
      ["", {}, ""],
      ["?sslmode=disable", { ssl: false }, ""],
      ["?sslmode=prefer", { ssl: "prefer" }, ""],
      ["?sslmode=require&search_path=a%2Cb", { ssl: "require" }, "?search_path=a%2Cb"],
      ["?sslmode=verify-full", { ssl: {} }, ""],
      ["?sslmode=verify-ful", { ssl: {} }, ""],
      ["?sslrootcert=system", { ssl: {} }, ""],
      ["?sslrootcert=/ca.pem&jit=off", { ssl: { ca: "the text of /ca.pem" } }, "?jit=off"],
    ];
  for (const [query, tls, rest] of cases) {
    assert.deepEqual(driverAddress(BASE + query, read), { url: BASE + rest, options: tls }, query);
  }
  const many = "postgres://me@a:1,b:2/x";
  assert.deepEqual(driverAddress(`${many}?sslmode=require`), {
    url: many,
    options: { ssl: "require", target_session_attrs: "primary" },
  });
});

Deno.test("driverAddress() names the file of authorities that cannot be read, and no password", () => {
  assert.throws(() => driverAddress(`${BASE}?sslrootcert=/no/such/ca.pem`), (error: Error) => {
    assert.match(error.message, /^DATABASE_URL names \/no\/such\/ca\.pem as sslrootcert, which /);
    assert.doesNotMatch(error.message, /p%40ss/);
    return true;
  });
});
