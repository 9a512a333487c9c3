import assert from "node:assert/strict";
import deno from "../deno.json" with { type: "json" };
import { PROTOCOL_VERSION, REVISION, SPEC_VERSION, VERSION } from "./version.ts";

Deno.test("VERSION is the version of deno.json", () => {
  assert.equal(VERSION, deno.version);
});

Deno.test("SPEC_VERSION is the major and minor part of VERSION", () => {
  assert.equal(VERSION.split(".").slice(0, 2).join("."), SPEC_VERSION);
  assert.match(PROTOCOL_VERSION, /^\d+\.\d+$/);
});

Deno.test("REVISION of sources is not known", () => {
  assert.equal(REVISION, "unknown");
});
