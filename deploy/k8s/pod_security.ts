/**
 * What every pod has to give up: the profile `restricted` of Kubernetes' pod security standards, and
 * besides a root that cannot be written, limits, and no token.
 *
 * @module
 */
import type { IContainer } from "kubernetes-models/v1/Container";
import { type Manifest, type PodTemplate, podTemplates } from "./manifest.ts";

/** What pods have too much, as lines that begin with the object's name. */
export function securityFaults(manifests: readonly Manifest[]): string[] {
  return podTemplates(manifests).flatMap((pod) => {
    const broken = [...podFaults(pod), ...pod.spec.containers.flatMap(containerFaults)];
    return broken.map((fault) => `${pod.from}: ${fault}`);
  });
}

function podFaults({ spec }: PodTemplate): string[] {
  const context = spec.securityContext;
  const volumes = (spec.volumes ?? []).filter((volume) => volume.hostPath !== undefined);
  return [
    ...unless(context?.runAsNonRoot === true, "may run as root"),
    ...unless((context?.runAsUser ?? 0) > 0, "names no user"),
    ...unless(context?.seccompProfile?.type === "RuntimeDefault", "has no seccomp profile"),
    ...unless(
      !spec.hostNetwork && !spec.hostPID && !spec.hostIPC,
      "shares the machine's namespaces",
    ),
    ...unless(volumes.length === 0, "mounts a folder of the machine"),
    ...unless(spec.automountServiceAccountToken === false, "gets a token"),
    ...unless(spec.enableServiceLinks === false, "gets variables of Services"),
  ];
}

function containerFaults({ image, resources, securityContext: context, ports = [] }: IContainer) {
  return [
    ...unless(context?.allowPrivilegeEscalation === false, "may gain rights"),
    ...unless(context?.capabilities?.drop?.includes("ALL") === true, "keeps capabilities"),
    ...unless((context?.capabilities?.add ?? []).length === 0, "adds capabilities"),
    ...unless(context?.privileged !== true, "is privileged"),
    ...unless(context?.readOnlyRootFilesystem === true, "may write its root"),
    ...unless(ports.every(({ hostPort }) => hostPort === undefined), "takes a port of the machine"),
    ...unless(resources?.limits?.memory !== undefined, "has no limit of memory"),
    ...unless(resources?.requests?.cpu !== undefined, "requests no processor time"),
    ...unless(/:v?\d[\w.-]*$/.test(image ?? ""), `has an image without a version, ${image}`),
  ];
}

function unless(fine: boolean, fault: string): string[] {
  return fine ? [] : [fault];
}
