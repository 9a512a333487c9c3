import assert from "node:assert/strict";
import { type Changeable, copyOf, pick, RENDERED, testRendered } from "./rendered.ts";
import { selectorFaults, selects } from "./selectors.ts";

/** What cert-manager makes beside an Ingress. */
const OTHERS = [{ "acme.cert-manager.io/http01-solver": "true" }];

const COMPONENT = "app.kubernetes.io/component";

testRendered("every selector finds pods", () => {
  for (const [overlay, manifests] of RENDERED) {
    assert.deepEqual(selectorFaults(manifests, OTHERS), [], overlay);
  }
});

/** What is changed in which object, and the fault. */
const WRONG: readonly [string, (object: Changeable) => void, RegExp][] = [
  [
    "Deployment/synapse",
    ({ spec }) => spec.template.metadata.labels[COMPONENT] = "server",
    /^Deployment\/synapse: .* finds no pod/,
  ],
  [
    "Deployment/synapse",
    ({ spec }) =>
      spec.template.spec.topologySpreadConstraints[0].labelSelector.matchLabels[COMPONENT] = "x",
    /^Deployment\/synapse: .*"x".* finds no pod/,
  ],
  [
    "Deployment/synapse-edge",
    ({ spec }) => spec.selector.matchLabels = { "app.kubernetes.io/name": "synapse" },
    /^Deployment\/synapse-edge: takes the pods of Deployment\/synapse for its own/,
  ],
  [
    "Service/synapse",
    ({ spec }) => spec.selector[COMPONENT] = "core",
    /^Service\/synapse: .* no pod/,
  ],
  [
    "PodDisruptionBudget/synapse",
    ({ spec }) => spec.selector.matchLabels = { app: "synapse" },
    /^PodDisruptionBudget\/synapse: .* no pod/,
  ],
  [
    "NetworkPolicy/callers",
    ({ spec }) => spec.podSelector.matchLabels = { app: "synapse" },
    /^NetworkPolicy\/callers: .* no pod/,
  ],
  [
    "NetworkPolicy/callers",
    ({ spec }) => spec.ingress[0].from.push({ podSelector: { matchLabels: { app: "x" } } }),
    /^NetworkPolicy\/callers: .*"x".* no pod/,
  ],
  [
    "ServiceMonitor/synapse",
    ({ spec }) => spec.endpoints[0].port = "9090",
    /^ServiceMonitor\/synapse: no Service .* port 9090/,
  ],
  [
    "Service/synapse-metrics",
    ({ metadata }) => Object.assign(metadata, { labels: {} }),
    /^ServiceMonitor\/synapse: no Service .* port metrics/,
  ],
];

testRendered("selectorFaults() finds each selector that finds nothing, or too much", () => {
  for (const [name, change, fault] of WRONG) {
    const manifests = copyOf("everything");
    change(pick(manifests, name));
    const faults = selectorFaults(manifests, OTHERS);
    assert.ok(faults.some((line) => fault.test(line)), `${fault}: ${faults}`);
  }
});

Deno.test("selects() knows every operator", () => {
  const expression = (operator: string, values?: string[]) => ({
    matchExpressions: [{ key: "a", operator, ...(values && { values }) }],
  });
  const found = (operator: string, values?: string[]) =>
    [{ a: "1" }, { a: "2" }, {}].map((labels) => selects(expression(operator, values), labels));
  assert.deepEqual(found("In", ["1"]), [true, false, false]);
  assert.deepEqual(found("NotIn", ["1"]), [false, true, true]);
  assert.deepEqual(found("Exists"), [true, true, false]);
  assert.deepEqual(found("DoesNotExist"), [false, false, true]);
  assert.equal(selects({}, {}), true);
  assert.equal(selects({ matchLabels: { a: "1" } }, { a: "2" }), false);
});
