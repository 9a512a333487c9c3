import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { FEATURE_FLAGS, PERMISSION_FLAGS } from "../../.ci/release/launch_flags.ts";
import { VARIABLES } from "../../runtime/config/environment.ts";
import { VERSION } from "../../runtime/version.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const dockerfile = Deno.readTextFileSync(`${ROOT}Dockerfile`);
const launcher = Deno.readTextFileSync(`${ROOT}deploy/docker/synapse`);
const flags = launcher.match(/--[\w-]+(=\S+)?/g) ?? [];

/** The variables of the last stage. */
const env = new Map(
  [...dockerfile.matchAll(/^(?:ENV| {3}) +([A-Z_]+)=(\S+)/gm)].map(([, name = "", value = ""]) => [
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

Deno.test("the launcher may do what the release may, in the image's folders only", () => {
  const narrowed = new Map([
    ["--allow-read", "--allow-read=/app"],
    ["--allow-write", `--allow-write=${env.get("SYNAPSE_DATA_DIR")},/app/logs`],
    ["--allow-run", "--allow-run=/usr/local/bin/deno"],
  ]);
  assert.deepEqual(
    flags.filter((flag) => /^--(allow|deny|unstable|no-prompt)/.test(flag)).sort(),
    [...FEATURE_FLAGS, ...PERMISSION_FLAGS].map((flag) => narrowed.get(flag) ?? flag).sort(),
  );
  for (const name of ["SYNAPSE_DATA_DIR", "SYNAPSE_SKILLS_DIR"]) {
    assert.ok(env.get(name)?.startsWith("/app/"), name);
  }
});
