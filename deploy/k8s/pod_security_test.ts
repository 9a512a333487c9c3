import assert from "node:assert/strict";
import { securityFaults } from "./pod_security.ts";
import { copyOf, pick, RENDERED, testRendered } from "./rendered.ts";

testRendered("every pod keeps to the profile that its namespace demands, and to more", () => {
  for (const [overlay, manifests] of RENDERED) {
    assert.deepEqual(securityFaults(manifests), [], overlay);
    const [namespace] = manifests.filter(({ kind }) => kind === "Namespace");
    const enforced = namespace?.metadata.labels?.["pod-security.kubernetes.io/enforce"];
    assert.equal(enforced, "restricted");
  }
});

// deno-lint-ignore no-explicit-any
type Change = (spec: any, container: any) => void;

/** What is changed in a pod, and the fault. */
const WRONG: readonly [Change, RegExp][] = [
  [(spec) => spec.securityContext.runAsNonRoot = false, /may run as root/],
  [(spec) => spec.securityContext.runAsUser = 0, /names no user/],
  [(spec) => delete spec.securityContext.seccompProfile, /no seccomp profile/],
  [(spec) => spec.hostNetwork = true, /shares the machine's namespaces/],
  [(spec) => spec.volumes.push({ name: "x", hostPath: { path: "/" } }), /a folder of the machine/],
  [(spec) => delete spec.automountServiceAccountToken, /gets a token/],
  [(spec) => delete spec.enableServiceLinks, /variables of Services/],
  [(_, { securityContext }) => delete securityContext.allowPrivilegeEscalation, /may gain rights/],
  [(_, { securityContext }) => delete securityContext.capabilities, /keeps capabilities/],
  [
    (_, { securityContext }) => securityContext.capabilities.add = ["NET_ADMIN"],
    /adds capabilities/,
  ],
  [(_, { securityContext }) => securityContext.privileged = true, /is privileged/],
  [(_, { securityContext }) => delete securityContext.readOnlyRootFilesystem, /write its root/],
  [(_, { ports }) => ports[0].hostPort = 80, /takes a port of the machine/],
  [(_, { resources }) => delete resources.limits, /no limit of memory/],
  [(_, { resources }) => delete resources.requests, /requests no processor time/],
  [(_, container) => container.image = "synapse/core:latest", /image without a version/],
];

testRendered("securityFaults() finds whatever a pod has too much", () => {
  for (const [change, fault] of WRONG) {
    const manifests = copyOf("production");
    const { spec } = pick(manifests, "Deployment/synapse").spec.template;
    change(spec, spec.containers[0]);
    const faults = securityFaults(manifests);
    assert.equal(faults.length, 1, `${fault}: ${faults}`);
    assert.match(faults[0]!, fault);
  }
});
