import assert from "node:assert/strict";
import { NO_PERMISSIONS, permissionsOf, workerPermissions } from "./permissions.ts";

const WORKSPACE = "/srv/work";

Deno.test("permissionsOf() grants nothing when nothing is declared", () => {
  assert.deepEqual(permissionsOf([], WORKSPACE), NO_PERMISSIONS);
  assert.deepEqual(workerPermissions(NO_PERMISSIONS), {
    net: false,
    read: false,
    write: false,
    env: false,
    run: false,
    sys: false,
    ffi: false,
    import: false,
  });
});

Deno.test("permissionsOf() turns each kind of capability into exactly its permission", () => {
  const permissions = permissionsOf([
    "net:API.example.com",
    "net:example.com:8443",
    "net:*.cdn.example.com",
    "net:10.0.0.1:80",
    "net:[2001:db8::1]:443",
    "read:data/**",
    "read:data/**",
    "read:one.txt",
    "read:/etc/ssl/certs/**",
    "write:./out//x/",
    "env:LANG",
    "secret:API_TOKEN",
  ], WORKSPACE);
  assert.deepEqual(permissions, {
    net: [
      "*.cdn.example.com",
      "10.0.0.1:80",
      "[2001:db8::1]:443",
      "api.example.com",
      "example.com:8443",
    ],
    read: ["/etc/ssl/certs", "/srv/work/data", "/srv/work/one.txt"],
    write: ["/srv/work/out/x"],
    env: ["LANG"],
    secrets: ["API_TOKEN"],
  });
  assert.deepEqual(workerPermissions(permissions).read, permissions.read);
});

Deno.test("permissionsOf() takes ** for the whole workspace and net:* for every host", () => {
  const permissions = permissionsOf(["read:**", "net:*", "net:example.com"], WORKSPACE);
  assert.deepEqual(permissions.read, [WORKSPACE]);
  assert.equal(workerPermissions(permissions).net, true);
});

Deno.test("permissionsOf() gives the same text for the same set in any order", () => {
  const [a, b] = [["env:B", "net:b.test", "env:A"], ["net:b.test", "env:A", "env:B", "env:A"]];
  assert.equal(
    JSON.stringify(permissionsOf(a, WORKSPACE)),
    JSON.stringify(permissionsOf(b, WORKSPACE)),
  );
});

Deno.test("permissionsOf() refuses what is hostile or cannot be granted exactly", () => {
  const refused = [
    ..."net: net:. net:a..b net:-a.test net:a.test:0 net:a.test:65536 net:a.test: net:http://a.test"
      .split(" "),
    ..."net:a.test/x net:a@b net:a.* net:** net:a.test,b.test net:[::1 net:10.0.0.0/8 net:[evil]"
      .split(" "),
    ..."read: read:.. read:../x read:a/../../b read:/ read:/** read://** read:/. read:~/x read:a/.."
      .split(" "),
    ..."read:*.txt read:a/*/b read:data/**/x write:{a,b} write:a? write:a[b] read:..\\x"
      .split(" "),
    "read:a\0b",
    "net:a.test\nb.test",
    "net: a.test",
    ..."env:* env: env:A=B env:A,B env:1A secret:* secret:../x env:".split(" "),
    ..."run:ls ffi:x sys:hostname import:deno.land all READ:x : x".split(" "),
    `read:${"a".repeat(600)}`,
  ];
  for (const capability of refused) {
    assert.throws(
      () => permissionsOf([capability], WORKSPACE),
      { code: "skill_invalid", message: /^Capability is ".*", wanted / },
      capability,
    );
  }
  assert.throws(() => permissionsOf(Array(65).fill("env:A"), WORKSPACE), /65 capabilities/);
});
