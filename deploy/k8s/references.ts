/**
 * Whether what objects name is there: ConfigMaps, Secrets, claims, accounts, volumes, ports, the targets
 * of autoscalers and the backends of an ingress. No schema knows that, and the API server takes it all.
 *
 * @module
 */
import type { IExternalSecret } from "@kubernetes-models/external-secrets/external-secrets.io/v1/ExternalSecret";
import type { IHorizontalPodAutoscaler } from "kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler";
import type { IIngress } from "kubernetes-models/networking.k8s.io/v1/Ingress";
import type { IContainer } from "kubernetes-models/v1/Container";
import type { IService } from "kubernetes-models/v1/Service";
import type { IVolume } from "kubernetes-models/v1/Volume";
import { type Manifest, nameOf, ofKind, podTemplates } from "./manifest.ts";

/** A reference, and what it needs. */
interface Reference {
  /** `Deployment/synapse`. */
  readonly from: string;
  /** `ConfigMap/synapse-env`. */
  readonly to: string;
}

/**
 * Names that are not there, as lines that begin with the object's name.
 *
 * @param made objects that are made outside of the manifests, as `Secret/synapse-secrets`, and not by
 * what is in them
 */
export function referenceFaults(manifests: readonly Manifest[], made: readonly string[]): string[] {
  const there = new Set([...manifests.map(nameOf), ...operatorMade(manifests), ...made]);
  const references = [...podReferences(manifests), ...otherReferences(manifests)];
  return [
    ...references.filter(({ to }) => !there.has(to)).map(({ from, to }) => `${from}: no ${to}`),
    ...podTemplates(manifests).flatMap(({ from, spec, claims }) => [
      ...mountFaults(from, spec.containers, [...(spec.volumes ?? []).map(volumeName), ...claims]),
      ...probePortFaults(from, spec.containers),
    ]),
    ...portFaults(manifests),
  ];
}

/** Secrets that an operator makes of what is in the manifests. */
function operatorMade(manifests: readonly Manifest[]): string[] {
  return ofKind<IExternalSecret>(manifests, "ExternalSecret")
    .map(({ metadata, spec }) => `Secret/${spec?.target?.name ?? metadata.name}`);
}

function podReferences(manifests: readonly Manifest[]): Reference[] {
  return podTemplates(manifests).flatMap(({ from, spec }) => {
    const account = spec.serviceAccountName;
    return [
      ...(account === undefined ? [] : [`ServiceAccount/${account}`]),
      ...spec.containers.flatMap(sourcesOf),
      ...(spec.volumes ?? []).flatMap(volumeSource),
    ].map((to) => ({ from, to }));
  });
}

/** The ConfigMaps and Secrets of a container's variables, but for the optional ones. */
function sourcesOf({ envFrom = [], env = [] }: IContainer): string[] {
  const sources = [
    ...envFrom.map(({ configMapRef }) => ["ConfigMap", configMapRef] as const),
    ...envFrom.map(({ secretRef }) => ["Secret", secretRef] as const),
    ...env.map(({ valueFrom }) => ["ConfigMap", valueFrom?.configMapKeyRef] as const),
    ...env.map(({ valueFrom }) => ["Secret", valueFrom?.secretKeyRef] as const),
  ];
  return sources.flatMap(([kind, source]) =>
    source?.name === undefined || source.optional === true ? [] : [`${kind}/${source.name}`]
  );
}

function volumeName({ name }: IVolume): string {
  return name;
}

function volumeSource({ configMap, secret, persistentVolumeClaim }: IVolume): string[] {
  if (configMap && configMap.optional !== true) return [`ConfigMap/${configMap.name}`];
  if (secret && secret.optional !== true) return [`Secret/${secret.secretName}`];
  if (persistentVolumeClaim) return [`PersistentVolumeClaim/${persistentVolumeClaim.claimName}`];
  return [];
}

function otherReferences(manifests: readonly Manifest[]): Reference[] {
  const scaled = ofKind<IHorizontalPodAutoscaler>(manifests, "HorizontalPodAutoscaler")
    .map((scaler) => {
      const target = scaler.spec?.scaleTargetRef;
      return { from: nameOf(scaler), to: `${target?.kind}/${target?.name}` };
    });
  const routed = backends(manifests).map(({ from, service }) => ({
    from,
    to: `Service/${service}`,
  }));
  return [...scaled, ...routed];
}

/** Where each ingress leads. */
function backends(manifests: readonly Manifest[]) {
  return ofKind<IIngress>(manifests, "Ingress").flatMap((ingress) =>
    (ingress.spec?.rules ?? []).flatMap(({ http }) => http?.paths ?? []).map(({ backend }) => ({
      from: nameOf(ingress),
      service: backend.service?.name,
      port: backend.service?.port?.name ?? backend.service?.port?.number,
    }))
  );
}

function mountFaults(
  from: string,
  containers: readonly IContainer[],
  volumes: readonly string[],
): string[] {
  return containers.flatMap(({ volumeMounts = [] }) => volumeMounts)
    .filter(({ name }) => !volumes.includes(name))
    .map(({ name }) => `${from}: no volume ${name}`);
}

function probePortFaults(from: string, containers: readonly IContainer[]): string[] {
  return containers.flatMap(({ ports = [], startupProbe, livenessProbe, readinessProbe }) =>
    [startupProbe, livenessProbe, readinessProbe]
      .map((probe) => probe?.httpGet?.port)
      .filter((port) => port !== undefined && !ports.some(({ name }) => name === port))
      .map((port) => `${from}: a probe asks port ${port}, which has no such name`)
  );
}

/** Ports of Services that no pod has, and ports of backends that no Service has. */
function portFaults(manifests: readonly Manifest[]): string[] {
  const services = ofKind<IService>(manifests, "Service");
  const pods = podTemplates(manifests);
  const unserved = services.flatMap((service) => {
    const selected = pods.filter(({ labels }) =>
      Object.entries(service.spec?.selector ?? {}).every(([key, value]) => labels[key] === value)
    );
    const names = selected.map(({ spec }) =>
      spec.containers.flatMap(({ ports = [] }) => ports.map(({ name }) => name))
    );
    return (service.spec?.ports ?? [])
      .filter(({ targetPort }) => !names.every((own) => own.includes(targetPort as string)))
      .map(({ targetPort }) => `${nameOf(service)}: a pod has no port ${targetPort}`);
  });
  const unrouted = backends(manifests).filter(({ service, port }) => {
    const target = services.find(({ metadata }) => metadata.name === service);
    const ports = target?.spec?.ports ?? [];
    return target !== undefined && !ports.some((own) => own.name === port || own.port === port);
  });
  return [
    ...unserved,
    ...unrouted.map(({ from, service, port }) => `${from}: Service/${service} has no port ${port}`),
  ];
}
