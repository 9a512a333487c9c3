import assert from "node:assert/strict";
import { EXIT } from "../../runtime/cli/exit_code.ts";
import { REQUESTS_MS } from "../../runtime/compose.ts";
import { DEFAULT_LIMITS } from "../../runtime/limits.ts";

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

/** Settings that a unit may have for reasons of its own: what it does, and how much it may use. */
const OWN =
  /^(Type|NotifyAccess|TimeoutStartSec|TimeoutStopSec|WatchdogSec|Restart\w*|KillMode|OOMPolicy|MemoryMax|TasksMax|LimitNOFILE|Nice|IOSchedulingClass|Environment|ExecStart|SyslogIdentifier|StateDirectory\w*|ReadWritePaths|Description|After|StartLimitIntervalSec|WantedBy)=|^\[Install\]$/;

Deno.test("a backup is protected as a node is, and does not keep the nodes waiting", async () => {
  const [node, backup] = [
    await settings("synapse.service"),
    await settings("synapse-backup.service"),
  ];
  const shared = (unit: readonly string[]) => unit.filter((line) => !OWN.test(line)).sort();
  assert.ok(shared(node).length > 30);
  assert.deepEqual(shared(backup), shared(node));
  for (const line of ["Type=oneshot", "Nice=10", "StateDirectoryMode=0700"]) {
    assert.ok(backup.includes(line), line);
  }
  assert.ok((await settings("synapse-backup.timer")).includes("Persistent=true"));
});

Deno.test("the units stop a node as it wants to be stopped, and do not restart a wrong configuration", async () => {
  const unit = await settings("synapse.service");
  for (
    const line of [
      "Type=notify",
      "NotifyAccess=main",
      "WatchdogSec=60",
      "KillMode=mixed",
      "Restart=always",
      `RestartPreventExitStatus=${EXIT.usage} ${EXIT.superseded}`,
      "OOMPolicy=continue",
    ]
  ) {
    assert.ok(unit.includes(line), line);
  }
  // V8 does not start under it.
  assert.ok(!unit.some((line) => line.startsWith("MemoryDenyWriteExecute=")));
});

/** What each unit has against what a program might do that was broken into. */
const PROTECTION = [
  "ProtectSystem=strict",
  "ProtectHome=true",
  "PrivateTmp=true",
  "PrivateDevices=true",
  "PrivateUsers=true",
  "ProtectProc=invisible",
  "UMask=0077",
  "CapabilityBoundingSet=",
  "RestrictNamespaces=true",
  "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
  "SystemCallArchitectures=native",
  "SystemCallFilter=@system-service",
  "LimitCORE=0",
];

/** What those of Synapse have besides. */
const PROTECTION_OF_SYNAPSE = [
  ...PROTECTION,
  "NoNewPrivileges=true",
  "SystemCallFilter=~@privileged @resources",
  "StandardOutput=journal",
  "StandardError=journal",
];

const PROTECTED: Readonly<Record<string, readonly string[]>> = {
  "synapse.service": [
    ...PROTECTION_OF_SYNAPSE,
    "ReadWritePaths=/opt/synapse/data /opt/synapse/logs",
    "MemoryMax=4G",
  ],
  "synapse@.service": [
    ...PROTECTION_OF_SYNAPSE,
    "ReadWritePaths=/opt/synapse/data /opt/synapse/logs",
    "MemoryMax=4G",
  ],
  "synapse-backup.service": [
    ...PROTECTION_OF_SYNAPSE,
    "ReadWritePaths=/opt/synapse/data",
    "MemoryMax=2G",
  ],
  // DynamicUser gives it no new privileges.
  "qdrant.service": [
    ...PROTECTION,
    "DynamicUser=true",
    "SystemCallFilter=~@privileged",
    "MemoryMax=2G",
  ],
};

for (const [name, wanted] of Object.entries(PROTECTED)) {
  Deno.test(`${name} has its protection`, async () => {
    const unit = await settings(name);
    assert.deepEqual(wanted.filter((line) => !unit.includes(line)), []);
  });
}

Deno.test("nodes and backups come after the services of the machine that they may use", async () => {
  for (const name of ["synapse.service", "synapse@.service", "synapse-backup.service"]) {
    const after = (await settings(name)).find((line) => line.startsWith("After="))!.slice(6);
    const redis = name === "synapse-backup.service"
      ? []
      : ["redis.service", "redis-server.service"];
    assert.deepEqual(after.split(" "), [
      "network-online.target",
      "postgresql.service",
      ...redis,
      "qdrant.service",
    ]);
  }
});

Deno.test("a node has the time to hand over", async () => {
  const stop = (await settings("synapse.service"))
    .flatMap((line) => /^TimeoutStopSec=(\d+)$/.exec(line)?.[1] ?? []);
  assert.equal(stop.length, 1);
  assert.ok(Number(stop[0]) * 1000 > DEFAULT_LIMITS.drain_ms + REQUESTS_MS);
});

Deno.test("Qdrant on a machine listens on loopback, and is the version that Compose has", async () => {
  const unit = await settings("qdrant.service");
  assert.ok(unit.includes("Environment=QDRANT__SERVICE__HOST=127.0.0.1"));
  const version = /image: qdrant\/qdrant:(v[\d.]+)/.exec(await read("../../docker-compose.yml"))
    ?.[1];
  const download = /qdrant\/releases\/download\/(v[\d.]+)\//.exec(
    await read("../../docs/deployment.md"),
  )?.[1];
  assert.ok(version !== undefined);
  assert.equal(download, version);
});
