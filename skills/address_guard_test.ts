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

/** An address of each range of IANA's two special-purpose registries, and of what is not given out. */
const SPECIAL: Readonly<Record<string, string>> = {
  "0.0.0.0/8": "0.255.255.255",
  "10.0.0.0/8": "10.255.255.255",
  "100.64.0.0/10": "100.127.255.255",
  "127.0.0.0/8": "127.255.255.255",
  "169.254.0.0/16": "169.254.255.255",
  "172.16.0.0/12": "172.31.255.255",
  "192.0.0.0/24": "192.0.0.9",
  "192.0.2.0/24": "192.0.2.255",
  "192.31.196.0/24": "192.31.196.1",
  "192.52.193.0/24": "192.52.193.1",
  "192.88.99.0/24": "192.88.99.1",
  "192.168.0.0/16": "192.168.255.255",
  "192.175.48.0/24": "192.175.48.1",
  "198.18.0.0/15": "198.19.255.255",
  "198.51.100.0/24": "198.51.100.255",
  "203.0.113.0/24": "203.0.113.255",
  "224.0.0.0/4": "239.255.255.255",
  "240.0.0.0/4": "255.255.255.254",
  "255.255.255.255/32": "255.255.255.255",
  "::/128": "0:0:0:0:0:0:0:0",
  "::1/128": "0:0:0:0:0:0:0:1",
  "::/96, IPv4-compatible": "::7f00:1",
  "::/96, of a public address": "::808:808",
  "::ffff:0:0/96": "::ffff:a9fe:a9fe",
  "::ffff:0:0:0/96": "::ffff:0:a9fe:a9fe",
  "64:ff9b::/96": "64:ff9b::808:808",
  "64:ff9b:1::/48": "64:ff9b:1:ffff::a9fe:a9fe",
  "100::/64": "100::ffff",
  "100:0:0:1::/64": "100:0:0:1::1",
  "2001::/32, Teredo": "2001:0:4136:e378:8000:63bf:3fff:fdd2",
  "2001:1::/32": "2001:1::1",
  "2001:2::/48": "2001:2::1",
  "2001:3::/32": "2001:3::1",
  "2001:4:112::/48": "2001:4:112::1",
  "2001:10::/28": "2001:1f::1",
  "2001:20::/28": "2001:2f::1",
  "2001:30::/28": "2001:3f::1",
  "2001::/23": "2001:1ff::1",
  "2001:db8::/32": "2001:db8:ffff::1",
  "2002::/16": "2002:a9fe:a9fe::1",
  "2620:4f:8000::/48": "2620:4f:8000::1",
  "3fff::/20": "3fff:fff::1",
  "5f00::/16": "5f00::1",
  "fc00::/7": "fdff::1",
  "fe80::/10": "febf::1",
  "fec0::/10": "feff::1",
  "ff00::/8": "ffff::1",
  "not given out, below": "1fff:ffff::1",
  "not given out, above": "4000::1",
  "not given out, far above": "e000::1",
};

Deno.test("isPublicAddress() fails in every special-purpose range and outside global unicast", () => {
  for (const [range, address] of Object.entries(SPECIAL)) {
    assert.equal(isPublicAddress(address), false, `${address} of ${range}`);
  }
});

Deno.test("isPublicAddress() holds right beside the special-purpose ranges", () => {
  const addresses = [
    ..."1.0.0.0 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0"
      .split(" "),
    ..."169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.0.3.0 192.88.98.255"
      .split(" "),
    ..."192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 203.0.112.255 223.255.255.255"
      .split(" "),
    ..."2000::1 2001:200::1 2001:db7::1 2001:db9::1 2003::1 2620:4f:8001::1 3ffe::1".split(" "),
  ];
  for (const address of addresses) assert.equal(isPublicAddress(address), true, address);
});

Deno.test("createAddressGuard() allows an embedded IPv4 address only where the configuration says so", () => {
  for (const address of ["::7f00:1", "64:ff9b::a00:1", "2002:a00:1::1", "4000::1"]) {
    assert.equal(createAddressGuard([]).allows("x.test", address, 80), false, address);
    assert.equal(createAddressGuard(["10.0.0.0/8"]).allows("x.test", address, 80), false, address);
    assert.equal(createAddressGuard([address]).allows("x.test", address, 80), true, address);
  }
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
