import assert from "node:assert/strict";
import { POSTGRES, REDIS } from "./requirements.ts";
import { type Machine, majorVersion, search } from "./search.ts";

/** A machine on which each folder holds these names, and each program is of its folder's version. */
function machine(folders: Record<string, { names: string[]; version?: number }>): Machine {
  return {
    path: "/first:relative::/second",
    list: (folder) => Promise.resolve(folders[folder]?.names ?? []),
    version(program) {
      const folder = program.slice(0, program.lastIndexOf("/"));
      return Promise.resolve(`${program} ${folders[folder]?.version}.1`);
    },
  };
}

const both = ["initdb", "postgres"];
const DEBIAN = "/usr/lib/postgresql/";

Deno.test("search() takes the first folder of PATH that holds all programs", async () => {
  const found = await search(
    POSTGRES,
    machine({
      "/first": { names: ["postgres"], version: 17 },
      "/second": { names: both, version: 15 },
      [DEBIAN]: { names: ["18"] },
      [`${DEBIAN}18/bin`]: { names: both, version: 18 },
    }),
  );
  assert.deepEqual(found, { requirement: POSTGRES, folder: "/second", tooOld: [] });
});

Deno.test("search() takes the newest of Debian's versions, by number", async () => {
  const found = await search(
    POSTGRES,
    machine({
      [DEBIAN]: { names: ["9.6", "15", "100", "17", "README"] },
      [`${DEBIAN}15/bin`]: { names: both, version: 15 },
      [`${DEBIAN}17/bin`]: { names: both, version: 17 },
      [`${DEBIAN}100/bin`]: { names: ["psql"], version: 100 },
    }),
  );
  assert.equal(found.folder, `${DEBIAN}17/bin`);
});

Deno.test("search() passes over what is too old and says so", async () => {
  const old = { names: ["redis-server"], version: 6 };
  assert.deepEqual(await search(REDIS, machine({ "/first": old })), {
    requirement: REDIS,
    folder: null,
    tooOld: ["/first (6)"],
  });
});

Deno.test("majorVersion() reads what servers say of themselves", () => {
  assert.equal(majorVersion("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)"), 15);
  assert.equal(majorVersion("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0"), 7);
  assert.equal(majorVersion(""), 0);
});
