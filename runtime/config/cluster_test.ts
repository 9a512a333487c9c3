import assert from "node:assert/strict";
import { loadConfig } from "../config.ts";
import type { SynapseError } from "../errors.ts";

const POSTGRES = { DATABASE_URL: "postgres://db/x" };

/** A configuration with that section `cluster` in its file. */
function load(section: string, env: Record<string, string> = {}) {
  const readFile = (path: string) => path.endsWith("s.yaml") ? `cluster: ${section}` : null;
  return loadConfig({ env: { SYNAPSE_CONFIG: "s.yaml", ...env }, readFile, cwd: "/" }).cluster;
}

Deno.test("resolveCluster() takes weight and labels of the file, and those of the environment first", () => {
  const file = "{ weight: 3, labels: { kind: metal, zone: a } }";
  const { weight, labels } = load(file);
  assert.deepEqual({ weight, labels }, { weight: 3, labels: { kind: "metal", zone: "a" } });
  const own = { ...POSTGRES, SYNAPSE_CLUSTER_WEIGHT: "0", SYNAPSE_CLUSTER_LABELS: "kind=pod" };
  const edge = load(file, own);
  assert.deepEqual([edge.weight, edge.labels], [0, { kind: "pod" }]);
});

Deno.test("resolveCluster() refuses the weight 0 for a journal in a file, naming who said so", () => {
  const refused = (key: string) => (error: SynapseError) => {
    assert.equal(error.code, "config_invalid");
    const wanted = `  ${key} is 0, wanted more than 0 for a journal in a file`;
    assert.ok(error.message.includes(wanted), error.message);
    return true;
  };
  assert.throws(() => load("{ weight: 0 }"), refused("cluster.weight"));
  assert.throws(
    () => load("{}", { SYNAPSE_CLUSTER_WEIGHT: "0" }),
    refused("SYNAPSE_CLUSTER_WEIGHT"),
  );
  assert.equal(load("{ weight: 0 }", POSTGRES).weight, 0);
});
