/**
 * Kubernetes objects as kustomize prints them, and the pods in them.
 *
 * @module
 */
import type { IDeployment } from "kubernetes-models/apps/v1/Deployment";
import type { IStatefulSet } from "kubernetes-models/apps/v1/StatefulSet";
import type { ICronJob } from "kubernetes-models/batch/v1/CronJob";
import type { IJob } from "kubernetes-models/batch/v1/Job";
import type { IPodSpec } from "kubernetes-models/v1/PodSpec";

/** Any object. Whether it is what it says is for `schema.ts` to find out. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** Pods that an object makes. */
export interface PodTemplate {
  /** The object, as {@link nameOf} names it. */
  readonly from: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: IPodSpec;
  /** Volumes beside those of the spec: a StatefulSet's claims. */
  readonly claims: readonly string[];
}

/** `Deployment/synapse`. */
export function nameOf({ kind, metadata }: Manifest): string {
  return `${kind}/${metadata.name}`;
}

/** All objects of a kind, which says what they are. */
export function ofKind<T>(manifests: readonly Manifest[], kind: string): (Manifest & T)[] {
  return manifests.filter((manifest) => manifest.kind === kind) as (Manifest & T)[];
}

/** The pods of all objects that make some. */
export function podTemplates(manifests: readonly Manifest[]): PodTemplate[] {
  return manifests.flatMap((manifest) => {
    const template = templateOf(manifest);
    if (template?.spec === undefined) return [];
    return [{
      from: nameOf(manifest),
      labels: template.metadata?.labels ?? {},
      spec: template.spec,
      claims: claimsOf(manifest),
    }];
  });
}

function templateOf(manifest: Manifest) {
  switch (manifest.kind) {
    case "Deployment":
    case "StatefulSet":
    case "Job":
      return (manifest as Manifest & (IDeployment | IStatefulSet | IJob)).spec?.template;
    case "CronJob":
      return (manifest as Manifest & ICronJob).spec?.jobTemplate.spec?.template;
    default:
      return undefined;
  }
}

function claimsOf(manifest: Manifest): string[] {
  const { spec } = manifest as Manifest & Partial<IStatefulSet>;
  return (spec?.volumeClaimTemplates ?? []).map(({ metadata }) => metadata?.name ?? "");
}
