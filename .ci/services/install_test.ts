import assert from "node:assert/strict";
import { ensureInstalled, type Installer } from "./install.ts";
import { POSTGRES, REDIS, type Requirement } from "./requirements.ts";

/** A Debian on which Redis is there, and Postgres once it has been installed. */
function debian(failing: RegExp | null, isRoot = true) {
  let installed = false;
  const ran: string[] = [];
  const said: string[] = [];
  const installer: Installer = {
    search(requirement: Requirement) {
      const there = requirement === REDIS || installed;
      return Promise.resolve({ requirement, folder: there ? "/usr/bin" : null, tooOld: [] });
    },
    host: () => Promise.resolve({ isRoot, osRelease: "ID=debian\n", hasPolicy: false }),
    run(command) {
      const line = command.join(" ");
      ran.push(line);
      if (failing?.test(line)) return Promise.resolve({ code: 100, output: "one\nno network\n" });
      installed ||= line.includes(" install ");
      return Promise.resolve({ code: 0, output: "" });
    },
    say: (line) => said.push(line),
  };
  return { installer, ran, said };
}

Deno.test("ensureInstalled() does nothing where nothing is missing", async () => {
  const { installer, ran, said } = debian(null);
  await ensureInstalled([REDIS], installer);
  assert.deepEqual([ran, said], [[], []]);
});

Deno.test("ensureInstalled() installs what is missing, and says so line by line", async () => {
  const { installer, ran, said } = debian(null);
  await ensureInstalled([POSTGRES, REDIS], installer);
  assert.match(ran[2] ?? "", / postgresql$/);
  assert.equal(ran.length, said.length);
});

Deno.test("ensureInstalled() installs also from package lists that cannot be updated", async () => {
  const { installer, said } = debian(/ update$/);
  await ensureInstalled([POSTGRES], installer);
  assert.ok(said.includes("That failed with exit code 100:\n  one\n  no network"));
});

Deno.test("ensureInstalled() takes the policy back and gives advice when it fails", async () => {
  const { installer, ran } = debian(/ install /);
  await assert.rejects(ensureInstalled([POSTGRES], installer), {
    name: "ServiceError",
    message: /^Cannot start Postgres: .* set TEST_DATABASE_URL /,
  });
  assert.equal(ran.at(-1), "rm -f /usr/sbin/policy-rc.d");
});

Deno.test("ensureInstalled() runs nothing for anybody but root", async () => {
  const { installer, ran } = debian(null, false);
  await assert.rejects(ensureInstalled([POSTGRES], installer), /apt-get install postgresql/);
  assert.deepEqual(ran, []);
});
