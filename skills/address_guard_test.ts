import assert from "node:assert/strict";
import { createAddressGuard, isPublicAddress } from "./address_guard.ts";

Deno.test("isPublicAddress() holds for addresses of the Internet", () => {
  for (const address of ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8"]) {
    assert.equal(isPublicAddress(address), true, address);
  }
});

Deno.test("isPublicAddress() fails for this machine, its network, metadata services, and in every disguise", () => {
  const addresses = [
    ..."127.0.0.1 127.9.9.9 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1".split(" "),
    ..."100.100.100.200 168.63.129.16 0.0.0.0 0.1.2.3 224.0.0.1 239.1.1.1 255.255.255.255".split(
      " ",
    ),
    ..."240.0.0.1 192.0.0.192 198.18.0.1 :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:a00:1".split(
      " ",
    ),
    ..."::ffff:0:127.0.0.1 64:ff9b::7f00:1 2002:7f00:1:: 2001::1 fe80::1 fe80::1%eth0".split(" "),
    ..."fec0::1 fd00:ec2::254 fc00::1 ff02::1 100::1 ::ffff:168.63.129.16".split(" "),
    ..."localhost example.com 1e3".split(" "),
    "",
  ];
  for (const address of addresses) assert.equal(isPublicAddress(address), false, address);
});

Deno.test("createAddressGuard() allows what is listed, by name, address, range and port, and no more", () => {
  const guard = createAddressGuard([
    "wiki.internal",
    "cache.internal:8080",
    "10.1.0.0/16",
    "192.168.1.5:80",
    "[fd00::1]:443",
    "fd12::/32",
  ]);
  const cases: readonly [string, string, number, boolean][] = [
    ["example.com", "8.8.8.8", 80, true],
    ["wiki.internal", "10.9.9.9", 1, true],
    ["WIKI.internal", "10.9.9.9", 1, true],
    ["evil.wiki.internal", "10.9.9.9", 1, false],
    ["cache.internal", "127.0.0.1", 8080, true],
    ["cache.internal", "127.0.0.1", 8081, false],
    ["x.test", "10.1.255.255", 5, true],
    ["x.test", "::ffff:10.1.255.255", 5, true],
    ["x.test", "10.2.0.0", 5, false],
    ["x.test", "192.168.1.5", 80, true],
    ["x.test", "192.168.1.5", 81, false],
    ["x.test", "fd00::1", 443, true],
    ["x.test", "fd00::2", 443, false],
    ["x.test", "fd12::9", 9, true],
    ["x.test", "127.0.0.1", 80, false],
  ];
  for (const [host, address, port, allowed] of cases) {
    assert.equal(guard.allows(host, address, port), allowed, `${host} ${address} ${port}`);
  }
});

Deno.test("createAddressGuard() refuses entries that it cannot read", () => {
  for (
    const entry of [
      "",
      "*",
      "http://x",
      "a b",
      "10.0.0.0/33",
      "x.test/8",
      "x.test:0",
      "x:99999",
      "[fd00::1",
      "fd00::/200",
    ]
  ) {
    assert.throws(() => createAddressGuard([entry]), /Allowed host is .*, wanted HOST/, entry);
  }
});
