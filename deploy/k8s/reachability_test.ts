import assert from "node:assert/strict";
import type { Manifest } from "./manifest.ts";
import { podTemplates } from "./manifest.ts";
import { type Door, type Host, mayReach, type Pod } from "./reachability.ts";
import { RENDERED, testRendered } from "./rendered.ts";

/** Every port that is tried, between any two. */
const DOORS = [
  ...["53/UDP", "53/TCP", "80/TCP", "443/TCP", "443/UDP", "5432/TCP", "6333/TCP", "6379/TCP"],
  ...["8000/TCP", "8089/TCP", "9090/TCP"],
];
const NAMES = ["53/UDP", "53/TCP"];
const HTTPS = ["443/TCP"];
const SERVICES = ["5432/TCP", "6333/TCP", "6379/TCP"];

/** Whom the manifests do not make. */
const STRANGERS: Readonly<Record<string, Pod | Host>> = {
  "ingress controller": { namespace: "ingress-nginx", labels: {} },
  "Prometheus": { namespace: "monitoring", labels: {} },
  "names": { namespace: "kube-system", labels: { "k8s-app": "kube-dns" } },
  "another namespace": { namespace: "default", labels: { "app.kubernetes.io/name": "synapse" } },
  "cache of names": { address: "169.254.20.10" },
  "metadata of the machine": { address: "169.254.169.254" },
  "private": { address: "10.0.0.7" },
  "private, v6": { address: "fd00::7" },
  "world": { address: "203.0.113.7" },
  "world, v6": { address: "2001:db8::7" },
};
const ADDRESSES = ["cache of names", "metadata of the machine", "private", "private, v6"];
const PODS = ["ingress controller", "Prometheus", "names", "another namespace"];
const WORLD = ["world", "world, v6"];

type Row = readonly [
  from: readonly string[],
  to: readonly string[],
  doors: readonly string[],
];

/** What holds in each namespace. */
const callers = (nodes: readonly string[]): Row[] => [
  [["ingress controller"], nodes, ["8000/TCP"]],
  [["Prometheus"], nodes, ["9090/TCP"]],
  [nodes, WORLD, HTTPS],
];

/** What holds with services outside of the cluster, wherever they are. */
const production = (nodes: readonly string[], others: readonly string[]): Row[] => [
  ...callers(nodes),
  [[...nodes, ...others], [...ADDRESSES, ...PODS, ...WORLD], SERVICES],
  [["ingress controller"], ["solver"], ["8089/TCP"]],
];

const DEV = ["StatefulSet/postgres", "StatefulSet/redis", "StatefulSet/qdrant"];
const NODE = "Deployment/synapse";
const EDGE = "Deployment/synapse-edge";
const BACKUP = "CronJob/synapse-backup";
const MIGRATION = "Job/synapse-migration";

/** All that is open, besides names; whatever is not here is closed. */
const OPEN: Readonly<Record<string, readonly Row[]>> = {
  dev: [...callers([NODE]), [[NODE], DEV, DOORS]],
  production: production([NODE], [BACKUP]),
  "production-migration": production([NODE], [BACKUP, MIGRATION]),
  everything: [
    ...production([NODE, EDGE], [BACKUP, MIGRATION]),
    // The load balancer.
    [Object.keys(STRANGERS), [NODE, EDGE], ["8000/TCP"]],
  ],
};

/** The pods of an overlay, and two that others make in its namespace. */
function ownPods(manifests: readonly Manifest[]): Record<string, Pod> {
  const namespace = manifests.find(({ kind }) => kind === "Namespace")!.metadata.name;
  const made = podTemplates(manifests).map(({ from, labels, spec }) => {
    const ports = spec.containers.flatMap(({ ports = [] }) => ports)
      .map(({ name = "", containerPort }) => [name, containerPort]);
    return [from, { namespace, labels, ports: Object.fromEntries(ports) }];
  });
  return {
    ...Object.fromEntries(made),
    "solver": { namespace, labels: { "acme.cert-manager.io/http01-solver": "true" } },
    "any other pod": { namespace, labels: {} },
  };
}

const doorOf = (text: string): Door => {
  const [port, protocol] = text.split("/");
  return { port: Number(port), protocol: protocol as Door["protocol"] };
};

testRendered(
  "pods reach what they need, are reached by who needs them, and all else is closed",
  () => {
    assert.deepEqual(Object.keys(OPEN), [...RENDERED.keys()]);
    for (const [overlay, manifests] of RENDERED) {
      const own = ownPods(manifests);
      const all = { ...STRANGERS, ...own };
      const rows: readonly Row[] = [
        ...OPEN[overlay]!,
        [Object.keys(own), ["names", "cache of names"], NAMES],
      ];
      for (const [from, sender] of Object.entries(all)) {
        for (const [to, receiver] of Object.entries(all)) {
          if (from === to || !(from in own || to in own)) continue;
          const open = DOORS.filter((door) => mayReach(manifests, sender, receiver, doorOf(door)));
          const wanted = DOORS.filter((door) =>
            rows.some(([senders, receivers, doors]) =>
              senders.includes(from) && receivers.includes(to) && doors.includes(door)
            )
          );
          assert.deepEqual(open, wanted, `${overlay}: from ${from} to ${to}`);
        }
      }
    }
  },
);

testRendered("deny-all closes every pod by itself, whatever becomes of the other policies", () => {
  for (const [overlay, manifests] of RENDERED) {
    const only = manifests.filter(({ metadata }) => metadata.name === "deny-all");
    assert.equal(only.length, 1, overlay);
    for (const [name, pod] of Object.entries(ownPods(manifests))) {
      for (const [other, stranger] of Object.entries(STRANGERS)) {
        for (const door of DOORS.map(doorOf)) {
          const open = [mayReach(only, pod, stranger, door), mayReach(only, stranger, pod, door)];
          assert.deepEqual(open, [false, false], `${overlay}: ${name}, ${other}, ${door.port}`);
        }
      }
    }
  }
});

const policy = (spec: unknown): Manifest =>
  ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "p", namespace: "n" },
    spec,
  }) as Manifest;

const A: Pod = { namespace: "n", labels: { app: "a" } };
const B: Pod = { namespace: "n", labels: { app: "b" }, ports: { api: 8000 } };
const ELSEWHERE: Pod = { namespace: "m", labels: { app: "a" } };
const HTTP: Door = { port: 8000, protocol: "TCP" };
const forB = { podSelector: { matchLabels: { app: "b" } } };

Deno.test("mayReach() closes only pods that a policy is about, in the directions it names", () => {
  assert.ok(mayReach([], A, B, HTTP));
  const ingress = [policy(forB)];
  assert.ok(!mayReach(ingress, A, B, HTTP));
  assert.ok(mayReach(ingress, B, A, HTTP));
  assert.ok(mayReach(ingress, B, ELSEWHERE, HTTP));
  const egress = [policy({ ...forB, policyTypes: ["Egress"] })];
  assert.ok(mayReach(egress, A, B, HTTP));
  assert.ok(!mayReach(egress, B, A, HTTP));
  const both = [policy({ ...forB, egress: [] })];
  assert.ok(!mayReach(both, A, B, HTTP));
  assert.ok(!mayReach(both, B, A, HTTP));
});

Deno.test("mayReach() knows peers by namespace and labels, and addresses by their network", () => {
  const reaches = (from: unknown, sender: Pod | Host) =>
    mayReach([policy({ ...forB, ingress: [{ from: [from] }] })], sender, B, HTTP);
  const podSelector = { matchLabels: { app: "a" } };
  const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": "m" } };
  assert.deepEqual(
    [A, ELSEWHERE].map((pod) => reaches({ podSelector }, pod)),
    [true, false],
  );
  assert.deepEqual([A, ELSEWHERE].map((pod) => reaches({ namespaceSelector }, pod)), [false, true]);
  assert.ok(!reaches({ namespaceSelector, podSelector: forB.podSelector }, ELSEWHERE));
  const ipBlock = { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] };
  assert.deepEqual(
    ["10.0.0.1", "10.1.0.1", "11.0.0.1", "fd00::1"].map((address) =>
      reaches({ ipBlock }, { address })
    ),
    [true, false, false, false],
  );
  assert.ok(!reaches({ ipBlock }, A));
  assert.ok(reaches({ ipBlock: { cidr: "fc00::/7" } }, { address: "fd00::1" }));
  assert.ok(!reaches({ podSelector }, { address: "10.0.0.1" }));
});

Deno.test("mayReach() knows ports by number, range, name and protocol", () => {
  const reaches = (port: unknown, door: Door = HTTP) =>
    mayReach([policy({ ...forB, ingress: [{ ports: [port] }] })], A, B, door);
  assert.ok(reaches({ port: 8000 }));
  assert.ok(!reaches({ port: 8001 }));
  assert.ok(reaches({ port: 7000, endPort: 9000 }));
  assert.ok(!reaches({ port: 7000, endPort: 7999 }));
  assert.ok(reaches({ port: "api" }));
  assert.ok(!reaches({ port: "metrics" }));
  assert.ok(reaches({}));
  assert.ok(!reaches({ port: 8000, protocol: "UDP" }));
  assert.ok(reaches({ port: 53, protocol: "UDP" }, { port: 53, protocol: "UDP" }));
});
