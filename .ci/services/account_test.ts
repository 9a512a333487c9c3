import assert from "node:assert/strict";
import { unprivilegedAccount } from "./account.ts";

const ROOT = "root:x:0:0:root:/:/bin/bash\n";
const NOBODY = "nobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin\n";
const POSTGRES = "postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash\n";

Deno.test("unprivilegedAccount() prefers the one made for Postgres", () => {
  assert.deepEqual(unprivilegedAccount(ROOT + NOBODY + POSTGRES), { uid: 101, gid: 104 });
});

Deno.test("unprivilegedAccount() takes nobody else", () => {
  assert.deepEqual(unprivilegedAccount(ROOT + NOBODY), { uid: 65534, gid: 65533 });
  assert.equal(unprivilegedAccount(ROOT), null);
});
