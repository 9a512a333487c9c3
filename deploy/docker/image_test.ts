import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { FEATURE_FLAGS, PERMISSION_FLAGS } from "../../.ci/release/launch_flags.ts";
import { VARIABLES } from "../../runtime/config/environment.ts";
import { VERSION } from "../../runtime/version.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const dockerfile = Deno.readTextFileSync(`${ROOT}Dockerfile`);

/** How the launcher starts Deno for a command, argument by argument. */
async function launched(...args: readonly string[]): Promise<string[]> {
  const folder = await Deno.makeTempDir({ prefix: "synapse_launcher_" });
  try {
    const deno = `${folder}/deno`;
    await Deno.writeTextFile(deno, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n", { mode: 0o755 });
    const { success, stdout } = await new Deno.Command("/bin/sh", {
      args: [`${ROOT}deploy/docker/synapse`, ...args],
      env: { PATH: folder },
    }).output();
    assert.ok(success);
    return new TextDecoder().decode(stdout).trimEnd().split("\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const lastStage = dockerfile.slice(dockerfile.lastIndexOf("\nFROM "));

/** Its variables. */
const env = new Map(
  [...lastStage.matchAll(/^(?:ENV| {3}) +([A-Z_]+)=(\S+)/gm)].map(([, name = "", value = ""]) => [
    name,
    value,
  ]),
);

Deno.test("the image runs the Deno and the version that were tested", () => {
  const [, gate] = Deno.readTextFileSync(`${ROOT}.ci/run`).match(/DENO_VERSION=(\S+)/) ?? [];
  assert.deepEqual(
    [...dockerfile.matchAll(/^FROM denoland\/deno:bin-(\S+)/gm)].map(([, version]) => version),
    [gate],
  );
  assert.match(dockerfile, new RegExp(`^ARG VERSION=${VERSION.replaceAll(".", "\\.")}$`, "m"));
});

Deno.test("the image's variables exist, and are accepted", () => {
  const own = [...env].filter(([name]) => !name.startsWith("DENO_"));
  assert.ok(own.length >= 6);
  for (const [name, value] of own) {
    const variable = VARIABLES[name as keyof typeof VARIABLES];
    assert.ok(variable, name);
    assert.notEqual(variable.read(value), undefined, name);
  }
});

Deno.test("the image shows the ports that its variables name, to nobody as root", () => {
  const ports = `${env.get("SYNAPSE_PORT")} ${env.get("SYNAPSE_METRICS_PORT")}`;
  assert.match(dockerfile, new RegExp(`^EXPOSE ${ports}$`, "m"));
  assert.match(dockerfile, /^USER 1000:1000$/m);
  assert.match(dockerfile, /^HEALTHCHECK .* CMD \["synapse", "health"\]$/m);
  // A frontend of that kind would be fetched for every build.
  assert.doesNotMatch(dockerfile, /^# syntax=/m);
});

Deno.test("the launcher may do what the release may, in the image's folders only", async () => {
  const narrowed = new Map([
    ["--allow-read", "--allow-read=/app"],
    ["--allow-write", `--allow-write=${env.get("SYNAPSE_DATA_DIR")},/app/logs,/app/backups`],
    ["--allow-run", "--allow-run=/usr/local/bin/deno"],
  ]);
  const words = await launched("serve", "--port", "1");
  assert.deepEqual(
    words.filter((word) => /^--(allow|deny|unstable|no-prompt)/.test(word)).sort(),
    [...FEATURE_FLAGS, ...PERMISSION_FLAGS].map((flag) => narrowed.get(flag) ?? flag).sort(),
  );
  assert.deepEqual(words.slice(-4), ["/usr/local/lib/synapse/synapse.js", "serve", "--port", "1"]);
  for (const name of ["SYNAPSE_DATA_DIR", "SYNAPSE_SKILLS_DIR"]) {
    assert.ok(env.get(name)?.startsWith("/app/"), name);
  }
});

Deno.test("only backup and restore may start the client programs of Postgres, which the image has", async () => {
  const programs = ["pg_dump", "pg_restore"];
  const paths = (names: readonly string[]) => names.map((name) => `/usr/local/bin/${name}`);
  const mayRun = async (words: readonly string[], names: readonly string[]) => {
    const [run] = (await launched(...words)).filter((word) => word.startsWith("--allow-run"));
    assert.equal(run, `--allow-run=${paths(names)}`, words.join(" "));
  };
  const before = [[], ["--json"], ["--url", "x"], ["--api-key", "serve"], ["--url=x", "--json"]];
  for (const options of before) {
    for (const command of ["backup", "restore"]) {
      await mayRun([...options, command, "x"], ["deno", ...programs]);
    }
    await mayRun([...options, "send", "backup"], ["deno"]);
  }
  for (const words of [[], ["--url", "backup"], ["--api-key", "restore", "nodes"]]) {
    await mayRun(words, ["deno"]);
  }
  const [copied] = dockerfile.match(/^COPY --from=postgres .*$/m) ?? [];
  for (const name of programs) assert.ok(copied?.includes(`/${name} `), name);
});
