import assert from "node:assert/strict";
import { describeMissing, POSTGRES, REDIS } from "./requirements.ts";

Deno.test("describeMissing() says where it looked, what to install and which variable helps", () => {
  assert.equal(
    describeMissing({ requirement: POSTGRES, folder: null, tooOld: [] }),
    "Cannot start Postgres: found no initdb with postgres on PATH or in " +
      "/usr/lib/postgresql/*/bin, wanted version 15 or newer. " +
      "Install it (Debian, Ubuntu: apt-get install postgresql), " +
      "or set TEST_DATABASE_URL to a server whose data may be lost",
  );
});

Deno.test("describeMissing() names what is too old", () => {
  const text = describeMissing({ requirement: REDIS, folder: null, tooOld: ["/usr/bin (6)"] });
  assert.match(text, /^Cannot start Redis: found only \/usr\/bin \(6\), wanted version 7 or newer/);
});
