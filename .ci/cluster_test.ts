import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import project from "../deno.json" with { type: "json" };
import { endOf, nodeVariables, parseCluster } from "./cluster.ts";
import { signalProcess } from "./services/process_tree.ts";
import { until } from "./services/until.ts";

Deno.test("parseCluster() has three nodes from port 8000 on, and refuses other than numbers", () => {
  assert.deepEqual(parseCluster([]), { nodes: 3, port: 8000 });
  assert.deepEqual(parseCluster(["--", "--nodes", "5", "--port", "0"]), { nodes: 5, port: 0 });
  assert.throws(() => parseCluster(["--nodes", "many"]), /--nodes is many, wanted .* 1 to 16/);
  assert.throws(() => parseCluster(["--port", "70000"]), /--port is 70000, wanted a number/);
});

Deno.test("nodeVariables() gives nodes one journal and one Redis, and each its own id and port", () => {
  const services = { TEST_DATABASE_URL: "postgres://a/b", TEST_REDIS_URL: "redis://c" };
  const variables = nodeVariables(
    { id: "n2", port: 8001, metrics_port: 9091, folder: "/x" },
    services,
  );
  assert.deepEqual([variables.DATABASE_URL, variables.REDIS_URL], ["postgres://a/b", "redis://c"]);
  assert.deepEqual([variables.SYNAPSE_NODE_ID, variables.SYNAPSE_PORT], ["n2", "8001"]);
  assert.equal(variables.SYNAPSE_METRICS_PORT, "9091");
});

Deno.test("endOf() says how to start a node again, quoted for a shell", () => {
  const said = endOf({ id: "n2", variables: { A: "x&y", B: "it's" }, log: "/x/server.log" });
  assert.match(said, /^Node n2 ended; its log is \/x\/server\.log\./);
  assert.ok(said.endsWith(`\n  A='x&y' B='it'\\''s' deno task start`), said);
});

/** Reads a stream until its text matches. */
async function readUntil(stream: ReadableStream<Uint8Array>, wanted: RegExp): Promise<string> {
  let text = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (wanted.test(text)) return text;
  }
  return text;
}

Deno.test("deno task cluster starts nodes that know of each other, and leaves nothing behind", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.chmod(folder, 0o711); // For the account that the servers run under.
  const [, ...launch] = project.tasks.cluster.command.split(" ");
  const child = new Deno.Command(Deno.execPath(), {
    args: [...launch, "--nodes", "2", "--port", "0"],
    cwd: fileURLToPath(new URL("../", import.meta.url)),
    env: { TMPDIR: folder },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  const said = await readUntil(child.stdout, /^Ready:/m);
  const urls = [...said.matchAll(/^Node n\d +(http:\S+)/gm)].map(([, url]) => url);
  try {
    assert.equal(urls.length, 2, said || await errors);
    const api = (path: string, init: RequestInit = {}) =>
      fetch(`${urls[1]}/api/v1/nodes${path}`, init).then((response) => response.json());
    const { items } = await api("");
    assert.deepEqual(items.map(({ id }: { id: string }) => id), ["n1", "n2"]);
    const [, metrics = ""] = /^Node n1 .* metrics (http:\S+)/m.exec(said) ?? [];
    assert.match(await (await fetch(metrics)).text(), /^synapse_partitions_owned \d+$/m);
    await api("/n1/drain", { method: "POST" });
    let nodes: { status: string; partitions: number }[] = [];
    const handedOver = async () => {
      nodes = (await api("")).items;
      return nodes[0]?.partitions === 0 && nodes[1]?.partitions === 128;
    };
    assert.ok(await until(handedOver, 30_000), JSON.stringify(nodes));
    assert.deepEqual(nodes.map(({ status }) => status), ["draining", "active"]);
  } finally {
    signalProcess(child.pid, "SIGINT");
    assert.equal((await child.status).code, 130);
    await errors;
  }
  for (const url of urls) await assert.rejects(fetch(`${url}/health`), TypeError);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
  await Deno.remove(folder);
});
