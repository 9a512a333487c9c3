import assert from "node:assert/strict";
import { referenceFaults } from "./references.ts";
import { type Changeable, copyOf, pick, RENDERED, testRendered } from "./rendered.ts";

/** Production's Secret is made by hand, unless components/external-secrets is there: docs/deployment.md. */
const MADE = ["Secret/synapse-secrets"];

testRendered("whatever an object names is there", () => {
  for (const [overlay, manifests] of RENDERED) {
    const made = overlay.startsWith("production") ? MADE : [];
    assert.deepEqual(referenceFaults(manifests, made), [], overlay);
  }
});

const pod = ({ spec }: Changeable) => spec.template.spec;

/** What is changed in which object, and the fault. */
const WRONG: readonly [string, (object: Changeable) => void, RegExp][] = [
  [
    "Deployment/synapse",
    (object) => pod(object).containers[0].envFrom[0].configMapRef.name = "synapse-evn",
    /no ConfigMap\/synapse-evn/,
  ],
  [
    "Deployment/synapse",
    (object) => pod(object).containers[0].envFrom[1].secretRef.name = "secrets",
    /no Secret\/secrets/,
  ],
  [
    "Deployment/synapse",
    (object) =>
      pod(object).containers[0].env.push({
        name: "X",
        valueFrom: { secretKeyRef: { name: "other", key: "X" } },
      }),
    /no Secret\/other/,
  ],
  [
    "Deployment/synapse",
    (object) => pod(object).serviceAccountName = "default",
    /no ServiceAccount\/default/,
  ],
  [
    "Deployment/synapse",
    (object) => pod(object).volumes[0].configMap.name = "synapse-config",
    /no ConfigMap\/synapse-config/,
  ],
  [
    "Deployment/synapse",
    (object) => pod(object).volumes.push({ name: "x", secret: { secretName: "certificates" } }),
    /no Secret\/certificates/,
  ],
  [
    "Deployment/synapse",
    (object) => pod(object).containers[0].volumeMounts[0].name = "configuration",
    /no volume configuration/,
  ],
  [
    "Deployment/synapse",
    (object) => pod(object).containers[0].livenessProbe.httpGet.port = "http",
    /a probe asks port http/,
  ],
  [
    "PersistentVolumeClaim/synapse-backup",
    ({ metadata }) => Object.assign(metadata, { name: "backup" }),
    /no PersistentVolumeClaim\/synapse-backup/,
  ],
  [
    "HorizontalPodAutoscaler/synapse",
    ({ spec }) => spec.scaleTargetRef.name = "synapse-core",
    /no Deployment\/synapse-core/,
  ],
  ["Service/synapse", ({ spec }) => spec.ports[0].targetPort = "http", /has no port http/],
  [
    "Service/synapse",
    ({ spec }) => spec.ports[0].name = "http",
    /Service\/synapse has no port api/,
  ],
  [
    "Ingress/synapse",
    ({ spec }) => spec.rules[0].http.paths[0].backend.service.name = "core",
    /no Service\/core/,
  ],
];

testRendered("referenceFaults() finds each name that is not there", () => {
  for (const [name, change, fault] of WRONG) {
    const manifests = copyOf("production");
    change(pick(manifests, name));
    const faults = referenceFaults(manifests, MADE);
    assert.ok(faults.some((line) => fault.test(line)), `${fault}: ${faults}`);
  }
});

testRendered("a Secret that is neither there nor made elsewhere is a fault", () => {
  assert.deepEqual(
    new Set(referenceFaults(copyOf("production"), [])),
    new Set(
      ["Deployment/synapse", "CronJob/synapse-backup"].map((from) =>
        `${from}: no Secret/synapse-secrets`
      ),
    ),
  );
});

testRendered("a Secret that the operator makes under another name is a fault", () => {
  const manifests = copyOf("everything");
  pick(manifests, "ExternalSecret/synapse-secrets").spec.target.name = "synapse-secret";
  const makers = ["Deployment/synapse", "Deployment/synapse-edge", "CronJob/synapse-backup"];
  assert.deepEqual(
    new Set(referenceFaults(manifests, [])),
    new Set(
      [...makers, "Job/synapse-migration"].map((from) => `${from}: no Secret/synapse-secrets`),
    ),
  );
});
