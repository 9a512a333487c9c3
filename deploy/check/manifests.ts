/**
 * The manifests, strictly, by kubernetes-validate: of the oldest Kubernetes that has all that they use,
 * and of the one that the tests beside them check against.
 *
 * @module
 */
import { findKustomize, renderEverything } from "../k8s/kustomize.ts";
import { RehearsalError } from "../rehearsals/rehearsal_error.ts";
import type { Check } from "./check.ts";

const KUBERNETES = ["1.27", "1.36"] as const;

/** Production with every component, for each version. */
export function manifestChecks(): Check[] {
  return KUBERNETES.map((version) => ({
    name: `manifests, Kubernetes ${version}`,
    tool: "kubernetes-validate",
    args: ["--strict", "--quiet", "--no-warn", "-k", version, "manifests.yml"],
    files: async () => ({ "manifests.yml": await everything() }),
  }));
}

async function everything(): Promise<string> {
  const kustomize = await findKustomize();
  if (kustomize === null) throw new RehearsalError("Cannot render: found no kubectl or kustomize");
  const objects = await renderEverything(kustomize);
  return objects.map((object) => JSON.stringify(object)).join("\n---\n");
}
