import assert from "node:assert/strict";
import { Redis } from "ioredis";
import { startRedis } from "../../.ci/services/redis.ts";
import { formatFinding } from "./doctor.ts";
import { EXIT } from "./exit_code.ts";
import { fakeNode, runCli } from "./fake_node.ts";
import { fault, type Finding, ok } from "./finding.ts";
import { createStyle } from "./style.ts";

async function doctor(env: Record<string, string>, ...args: string[]) {
  const folder = await Deno.makeTempDir();
  const ports = { SYNAPSE_PORT: "0", SYNAPSE_METRICS_PORT: "0" };
  try {
    return await runCli(["doctor", ...args], {
      env: { SYNAPSE_DATA_DIR: folder, ...ports, ...env },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("doctor looks at everything and ends with 0 when nothing is at fault", async () => {
  const run = await doctor({}, "--json");
  const { ok, findings } = JSON.parse(run.stdout) as { ok: boolean; findings: Finding[] };
  assert.deepEqual([run.exit, ok], [EXIT.ok, true], run.stdout);
  assert.deepEqual(findings.map(({ check }) => check), [
    "configuration",
    "data folder",
    "free space",
    "workspace",
    "journal",
    "API port",
    "metrics port",
    "model demo",
    "skills folder",
    "clock",
    "file descriptors",
  ]);
});

Deno.test("doctor ends with 1 and says how to mend what is at fault", async () => {
  await using other = fakeNode({});
  const run = await doctor({
    SYNAPSE_PORT: new URL(other.url).port,
    SYNAPSE_SKILLS_DIR: "/nowhere",
  });
  assert.equal(run.exit, EXIT.failed);
  assert.match(run.stdout, /^fault {4}API port: .* in use by another program\n +→ Choose another/m);
  assert.match(
    run.stdout,
    /^fault {4}skills folder: \/nowhere: .* it does not exist\n +→ Make it a folder/m,
  );
  assert.match(run.stdout, /^2 faults, 1 warning$/m);
});

Deno.test("doctor goes on when the data folder is a file, or below one", async () => {
  const file = await Deno.makeTempFile();
  try {
    const cases = [
      [file, ["data folder", "workspace", "journal"]],
      [`${file}/x`, ["data folder", "free space", "workspace", "journal"]],
    ] as const;
    for (const [path, expected] of cases) {
      const run = await doctor({ SYNAPSE_DATA_DIR: path }, "--json");
      const { findings } = JSON.parse(run.stdout) as { findings: Finding[] };
      const faults = findings.filter(({ status }) => status === "fault").map(({ check }) => check);
      assert.equal(run.exit, EXIT.failed);
      assert.deepEqual(faults, expected);
      assert.equal(findings.at(-1)?.check, "file descriptors");
    }
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("commands that need the data folder say why it cannot be used, without a stack", async () => {
  const file = await Deno.makeTempFile();
  const env = {
    SYNAPSE_DATA_DIR: file,
    SYNAPSE_URL: "http://127.0.0.1:1",
    SYNAPSE_PORT: "0",
    SYNAPSE_METRICS_PORT: "0",
  };
  const commands = ["serve", "audit verify", `backup --to ${file}.backups`, "migrate"];
  try {
    for (const command of commands) {
      const run = await runCli(command.split(" "), { env });
      assert.equal(run.exit, EXIT.failed, command);
      assert.match(
        run.stderr,
        /^synapse: Data folder \S+ cannot be used: it.* is a file(, or a link to nothing)?\nLet the user .*SYNAPSE_DATA_DIR\n$/,
      );
      const json = await runCli([...command.split(" "), "--json"], { env });
      assert.equal(JSON.parse(json.stderr).error.code, "journal_unavailable");
    }
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("doctor checks the machine even when the configuration is wrong", async () => {
  const run = await doctor({ SYNAPSE_PORT: "high" });
  assert.equal(run.exit, EXIT.failed);
  assert.match(run.stdout, /^fault {4}configuration: .*SYNAPSE_PORT is "high"/m);
  assert.match(run.stdout, /^ok {7}clock: /m);
});

Deno.test("formatFinding() puts what to do on a line of its own", () => {
  const style = createStyle(false);
  assert.equal(formatFinding(ok("a", "Fine"), style), "ok       a: Fine");
  assert.equal(
    formatFinding(fault("a", "Gone", "Bring it"), style),
    "fault    a: Gone\n         → Bring it",
  );
});

Deno.test("doctor looks at Postgres, Redis and Qdrant when they are configured, and shows no password", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const run = await doctor({
    DATABASE_URL: `postgres://me@127.0.0.1:${port}/x`,
    DB_PASSWORD: "hunter2",
    REDIS_URL: `redis://:hunter2@127.0.0.1:${port}`,
    VECTOR_DB_URL: `http://127.0.0.1:${port}`,
    VECTOR_DB_API_KEY: "hunter2-hunter2",
  });
  assert.equal(run.exit, EXIT.failed);
  assert.match(
    run.stdout,
    /^fault {4}journal: Database postgres:\/\/\*\*\*@.*\n +→ Start Postgres/m,
  );
  assert.match(run.stdout, /^fault {4}streams: redis:\/\/127\.0\.0\.1:\d+ .*\n +→ Start Redis/m);
  assert.match(run.stdout, /^fault {4}memory: At 127\.0\.0\.1:\d+: .*\n +→ Start Qdrant/m);
  assert.doesNotMatch(run.stdout, /hunter2/);
});

Deno.test("doctor finds a Redis on which another Synapse works", async () => {
  await using server = await startRedis();
  const redis = new Redis(server.url);
  await redis.set("synapse:journal", "jrn_other");
  await redis.quit();
  const run = await doctor({ REDIS_URL: server.url });
  assert.equal(run.exit, EXIT.failed);
  assert.match(
    run.stdout,
    /^fault {4}streams' journal: Redis belongs to another Synapse: synapse:journal is jrn_other, .*\n +→ Give this/m,
  );
});
