import assert from "node:assert/strict";

const read = (name: string) => Deno.readTextFile(new URL(name, import.meta.url));

/** The settings of a unit, comments left out. */
async function settings(name: string): Promise<string[]> {
  return (await read(name)).split("\n").filter((line) => !line.startsWith("#") && line !== "");
}

Deno.test("synapse@.service is synapse.service but for what tells nodes apart", async () => {
  const [one, many] = [await settings("synapse.service"), await settings("synapse@.service")];
  assert.deepEqual(one.filter((line) => !many.includes(line)), [
    "Description=Synapse, an actor runtime for AI agents",
    "SyslogIdentifier=synapse",
  ]);
  assert.deepEqual(many.filter((line) => !one.includes(line)), [
    "Description=Synapse, an actor runtime for AI agents, node %i",
    "Environment=SYNAPSE_NODE_ID=%H-%i",
    "EnvironmentFile=/opt/synapse/config/%i.env",
    "SyslogIdentifier=synapse-%i",
  ]);
});

Deno.test("the units stop a node as it wants to be stopped, and do not restart a wrong configuration", async () => {
  const unit = await settings("synapse.service");
  for (
    const line of [
      "KillMode=mixed",
      "Restart=always",
      "RestartPreventExitStatus=2",
      "OOMPolicy=continue",
      "NoNewPrivileges=true",
      "ProtectSystem=strict",
      "ReadWritePaths=/opt/synapse/data /opt/synapse/logs",
    ]
  ) {
    assert.ok(unit.includes(line), line);
  }
  // V8 does not start under it.
  assert.ok(!unit.some((line) => line.startsWith("MemoryDenyWriteExecute=")));
});
