import assert from "node:assert/strict";
import { type Changeable, copyOf, pick, RENDERED, testRendered } from "./rendered.ts";
import { schemaFaults } from "./schema.ts";

testRendered("every object of every overlay is what Kubernetes takes", async () => {
  assert.deepEqual(
    [...RENDERED.keys()],
    ["dev", "production", "production-migration", "everything"],
  );
  assert.deepEqual(await schemaFaults([...RENDERED.values()].flat()), []);
});

/** What is changed in which object, and the complaint about it. */
const WRONG: readonly [string, (object: Changeable) => void, RegExp][] = [
  ["Deployment/synapse", ({ spec }) => spec.replicass = 2, /'"replicass"' does not exist/],
  ["Service/synapse", ({ spec }) => spec.selectr = {}, /'"selectr"' does not exist/],
  ["ServiceMonitor/synapse", ({ spec }) => spec.jobLable = "x", /'"jobLable"' does not exist/],
  ["PrometheusRule/synapse", ({ spec }) => spec.groups[0].rules[0].fore = "1m", /"fore"/],
  ["ExternalSecret/synapse-secrets", ({ spec }) => spec.targt = {}, /"targt"/],
  [
    "CronJob/synapse-backup",
    ({ spec }) => spec.jobTemplate.spec.template.spec.containers[0].volumeMount = [],
    /"volumeMount"/,
  ],
  ["Service/synapse", ({ spec }) => spec.ports[0].port = "8000", /not assignable to type 'number'/],
  [
    "ConfigMap/synapse-env",
    ({ data }) => data.PROTOCOL_VERSION = 1,
    /'number' is not assignable to type 'string'/,
  ],
  [
    "Deployment/synapse",
    ({ spec }) => spec.template.spec.containers[0].resources.limits.memory = "4Gib",
    /limits\/memory must match format "quantity"/,
  ],
  [
    "Deployment/synapse",
    ({ spec }) => spec.template.spec.containers[0].imagePullPolicy = "Allways",
    /imagePullPolicy must be equal to one of the allowed values/,
  ],
  ["Deployment/synapse", ({ spec }) => delete spec.selector, /must have required property/],
  [
    "Ingress/synapse",
    ({ spec }) => delete spec.rules[0].http.paths[0].pathType,
    /must have required property pathType/,
  ],
  [
    "HorizontalPodAutoscaler/synapse",
    (object) => Object.assign(object, { apiVersion: "autoscaling/v2beta2" }),
    /autoscaling\/v2beta2 has no such kind/,
  ],
  ["Service/synapse", (object) => Object.assign(object, { kind: "Servise" }), /no such kind/],
];

testRendered("schemaFaults() finds misspelt fields, wrong types and wrong values", async () => {
  // All at once, as a run of the compiler takes longer than all else.
  const wrong = WRONG.map(([name, change], number) => {
    const object = named(pick(copyOf("everything"), name), number);
    change(object);
    return object;
  });
  const faults = await schemaFaults(wrong);
  WRONG.forEach(([name, _, complaint], number) => {
    const own = faults.filter((fault) => fault.split(":")[0]!.endsWith(`-${number}`));
    assert.ok(own.some((fault) => complaint.test(fault)), `${name}: ${own}`);
  });
});

/** Under a name of its own, so that a fault says which of them it is about. */
function named(object: Changeable, number: number): Changeable {
  return { ...object, metadata: { ...object.metadata, name: `wrong-${number}` } };
}
