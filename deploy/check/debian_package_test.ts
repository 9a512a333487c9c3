import assert from "node:assert/strict";
import { plannedPackages, unpackedPackage } from "./debian_package.ts";

Deno.test("plannedPackages() are those that would be installed", () => {
  const printed = `The following additional packages will be installed:
  libyaml-0-2
Inst libyaml-0-2 (0.2.5-1 Debian:12.12/oldstable [amd64])
Inst python3-yaml (6.0-3+b2 Debian:12.12/oldstable [amd64])
Conf libyaml-0-2 (0.2.5-1 Debian:12.12/oldstable [amd64])
`;
  assert.deepEqual(plannedPackages(printed), ["libyaml-0-2", "python3-yaml"]);
  assert.deepEqual(plannedPackages("shellcheck is already the newest version\n"), []);
});

Deno.test("unpackedPackage() fetches nothing that is there", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/shellcheck`);
  const place = await unpackedPackage("shellcheck", folder, () => 0);
  assert.equal(place, `${folder}/shellcheck`);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("unpackedPackage() waits for who fetches already, but not for ever", async () => {
  const folder = await Deno.makeTempDir();
  using other = await Deno.open(`${folder}/lock`, { create: true, write: true });
  await other.lock(true);
  const late = unpackedPackage("shellcheck", folder, () => 0);
  await assert.rejects(late, { message: "another process is fetching it still" });

  let asked = 0;
  const patient = await unpackedPackage("shellcheck", folder, () => {
    asked += 1;
    if (asked === 2) {
      Deno.mkdirSync(`${folder}/shellcheck`);
      other.unlockSync();
    }
    return 9;
  });
  assert.deepEqual([patient, asked], [`${folder}/shellcheck`, 2]);
  await Deno.remove(folder, { recursive: true });
});
