import assert from "node:assert/strict";
import { parse } from "yaml";
import { commandLineFault } from "./command_line.ts";
import { podTemplates } from "./k8s/manifest.ts";
import { RENDERED, testRendered } from "./k8s/rendered.ts";

const ROOT = new URL("../", import.meta.url);
const read = (path: string) => Deno.readTextFileSync(new URL(path, ROOT));

/** Asserts that the program takes each of the lines. */
function assertTaken(lines: readonly (readonly [from: string, args: readonly string[]])[]): void {
  for (const [from, args] of lines) {
    assert.equal(commandLineFault(args), null, `${from}: synapse ${args.join(" ")}`);
  }
}

Deno.test("commandLineFault() finds commands, options, values and arguments that there are not", () => {
  assertTaken([["", ["backup", "--to", "/x", "--keep", "48"]], ["", ["nodes", "ls", "--json"]]]);
  const wrong: readonly [string, RegExp][] = [
    ["migrat", /unknown command 'migrat'/],
    ["nodes lst", /unknown command 'lst'/],
    ["backup --to /x --keepp 48", /unknown option '--keepp'/],
    ["backup --to /x --keep many", /whole number/],
    ["backup --keep 48", /'--to <folder>' not specified/],
    ["restore", /missing required argument 'backup'/],
    ["serve now", /too many arguments/],
    ["", /outputHelp|Usage/],
  ];
  for (const [line, fault] of wrong) {
    assert.match(commandLineFault(line.split(" ").filter((word) => word !== "")) ?? "", fault);
  }
});

testRendered("every container of the image runs a command that there is", () => {
  const commands = new Set<string>();
  for (const [overlay, manifests] of RENDERED) {
    for (const { from, spec } of podTemplates(manifests)) {
      for (const { image = "", command, args = [] } of spec.containers) {
        if (!image.startsWith("synapse/core:")) continue;
        assert.equal(command, undefined, `${overlay}, ${from} runs another program`);
        assertTaken([[`${overlay}, ${from}`, args]]);
        commands.add(args[0] ?? "");
      }
    }
  }
  assert.deepEqual([...commands].sort(), ["backup", "migrate", "serve"]);
});

Deno.test("the patch for a restore is a command that there is, also with a private key", () => {
  const text = read("deploy/k8s/restore_patch.yaml");
  const patch: readonly { path: string; value: unknown }[] = parse(text);
  const args = patch.find(({ path }) => path.endsWith("/args"))?.value as string[];
  const [, identity = ""] = /add `(--identity, \S+)` to the arguments/.exec(text) ?? [];
  assert.equal(args[0], "restore");
  assert.notEqual(identity, "");
  assertTaken([["restore", args], ["with a key", [...args, ...identity.split(", ")]]]);
});

Deno.test("the image and the containers of Compose run commands that there are", () => {
  const dockerfile = read("Dockerfile");
  const [, entry] = /^ENTRYPOINT (.+)$/m.exec(dockerfile) ?? [];
  assert.equal(entry, '["synapse"]');
  const [, own] = /^CMD (.+)$/m.exec(dockerfile) ?? [];
  const [, check] = /^HEALTHCHECK .* CMD \["synapse", (.+)\]$/m.exec(dockerfile) ?? [];
  assertTaken([["CMD", JSON.parse(own!)], ["HEALTHCHECK", JSON.parse(`[${check}]`)]]);
  const { services }: { services: Record<string, { image: string; command?: string[] }> } = parse(
    read("docker-compose.yml"),
  );
  const nodes = Object.entries(services).filter(([, { image }]) => image.startsWith("synapse/"));
  assert.ok(nodes.length > 0);
  assertTaken(nodes.map(([name, { command = JSON.parse(own!) }]) => [name, command]));
});

Deno.test("the units run commands that there are", () => {
  const lines = [...Deno.readDirSync(new URL("deploy/systemd", ROOT))]
    .filter(({ name }) => name.endsWith(".service"))
    .flatMap(({ name }) =>
      [...read(`deploy/systemd/${name}`).matchAll(/^Exec\w+=\S+\/bin\/synapse (.+)$/gm)]
        .map(([, line = ""]) => [name, line.split(" ")] as const)
    );
  const commands = lines.map(([name, [command]]) => `${name} ${command}`);
  assert.deepEqual(commands.sort(), [
    "synapse-backup.service backup",
    "synapse.service serve",
    "synapse@.service serve",
  ]);
  assertTaken(lines);
});
