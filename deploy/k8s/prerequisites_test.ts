import assert from "node:assert/strict";
import type { IHorizontalPodAutoscaler } from "kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler";
import type { IIngress } from "kubernetes-models/networking.k8s.io/v1/Ingress";
import type { IPersistentVolumeClaim } from "kubernetes-models/v1/PersistentVolumeClaim";
import { pick, RENDERED, testRendered } from "./rendered.ts";

const DOCUMENT = Deno.readTextFileSync(new URL("../../docs/deployment.md", import.meta.url));

testRendered("docs/deployment.md names what production takes from the cluster", () => {
  const production = RENDERED.get("production")!;
  const claim = pick(production, "PersistentVolumeClaim/synapse-backup") as IPersistentVolumeClaim;
  const scaler = pick(production, "HorizontalPodAutoscaler/synapse") as IHorizontalPodAutoscaler;
  const ingress = pick(production, "Ingress/synapse") as IIngress;
  const issuer = ingress.metadata?.annotations?.["cert-manager.io/cluster-issuer"];
  const needs: [boolean, string][] = [
    [claim.spec?.storageClassName === undefined, "A default StorageClass"],
    [(scaler.spec?.metrics ?? []).some(({ resource }) => resource), "metrics-server"],
    [ingress.spec?.ingressClassName === "nginx", "ingress-nginx"],
    [issuer !== undefined, `cert-manager, with the ClusterIssuer \`${issuer}\``],
    [
      production.some(({ kind }) => kind === "NetworkPolicy"),
      "A network that knows NetworkPolicies",
    ],
  ];
  const [, table = ""] = /\n(\| Needs .*?\n)\n/s.exec(DOCUMENT) ?? [];
  const rows = [...table.matchAll(/^\| (.+?) *\|.*$/gm)].map(([, need]) => need).slice(2);
  assert.deepEqual(rows, needs.filter(([needed]) => needed).map(([, name]) => name));
});
