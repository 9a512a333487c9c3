/**
 * What an operator does, in the words of docs/deployment.md.
 *
 * @module
 */
import { cp } from "node:fs/promises";
import { COMMENTED_OUT, FOLDER } from "../../k8s/kustomize.ts";
import type { Checklist } from "../checklist.ts";
import { require } from "../rehearsal_error.ts";
import { soon } from "../soon.ts";
import type { ControlPlane } from "./control_plane.ts";
import { completed, failed, forget, makeRestore } from "./jobs.ts";

const NODES = "app.kubernetes.io/name=synapse";

/** Components whose kinds a plain API server knows. */
const OPERATORS = /monitoring|external-secrets/;

/** Goes through all of it, on a copy of the manifests. */
export async function rehearse(list: Checklist, plane: ControlPlane): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "synapse_k8s_" });
  try {
    await cp(FOLDER, folder, { recursive: true });
    await tryOut(list, plane, folder);
    await install(list, plane, folder);
    await upgrade(list, plane, folder);
    await evict(list, plane);
    await restore(list, plane, folder);
    await takeIn(list, plane, folder);
    await remove(list, plane, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function tryOut(list: Checklist, plane: ControlPlane, folder: string): Promise<void> {
  list.part("To try it out");
  await list.step("the API server takes all objects, without a warning", async () => {
    const { length } = (await plane.shell("kubectl apply -k overlays/dev 2>&1", folder)
      .then(noWarning)).split("\n");
    return `${length} objects`;
  });
  await list.step("admission lets every pod in: nodes, Postgres, Redis, Qdrant", async () => {
    await plane.kubectl("-n", "synapse-dev", "rollout", "status", "deployment/synapse");
    for (const name of ["postgres", "redis", "qdrant"]) {
      await plane.kubectl("-n", "synapse-dev", "rollout", "status", `statefulset/${name}`);
    }
  });
}

async function install(list: Checklist, plane: ControlPlane, folder: string): Promise<void> {
  list.part("Install");
  await list.step("the Secret is made of the example", async () => {
    await plane.kubectl("apply", "-f", `${folder}/base/namespace.yaml`);
    const secrets = `${folder}/overlays/production/secrets.env.example`;
    await plane.kubectl(
      ...["-n", "synapse", "create", "secret", "generic", "synapse-secrets"],
      `--from-env-file=${secrets}`,
    );
  });
  await list.step("the migration's Job comes without the nodes, and completes", async () => {
    await plane.shell(
      "kubectl apply -k overlays/production-migration " +
        "-l 'app.kubernetes.io/component in (settings, migration)' 2>&1",
      folder,
    ).then(noWarning);
    await completed(plane, folder, "synapse-migration");
    require(await plane.kubectl("-n", "synapse", "get", "deployments") === "", "There are nodes");
  });
  await list.step("three nodes come up, and both Services lead to them", async () => {
    await plane.shell("kubectl apply -k overlays/production 2>&1", folder).then(noWarning);
    // The autoscaler raises one to three.
    await soon("three nodes", async () => await available(plane) === 3);
    for (const service of ["synapse", "synapse-metrics"]) {
      await soon(service, async () => (await endpoints(plane, service)).length === 3);
    }
  });
  await list.step("a misspelt field and a pod with rights are refused", async () => {
    const field = await plane.refusal(
      "kubectl kustomize overlays/production | sed 's/maxUnavailable: 0/maxUnavailabel: 0/' | " +
        "kubectl apply -f -",
      folder,
    );
    require(field.includes('unknown field "spec.strategy.rollingUpdate.maxUnavailabel"'), field);
    const pod = await plane.refusal("kubectl -n synapse run bad --image=debian:12", folder);
    require(pod.includes("violates PodSecurity"), pod);
  });
}

async function upgrade(list: Checklist, plane: ControlPlane, folder: string): Promise<void> {
  list.part("Upgrade, and the way back");
  const before = await running(plane);
  await list.step("a new version and a new setting come without a node less", async () => {
    await edit(
      `${folder}/overlays/production/image/kustomization.yaml`,
      /newTag: .*/,
      "newTag: 9.9.9",
    );
    await edit(`${folder}/base/config.yaml`, /drain_ms: \d+/, "drain_ms: 300");
    await plane.shell("kubectl apply -k overlays/production", folder);
    const least = await leastWhile(plane, () => rolledOut(plane));
    require(least === 3, `There were only ${least} nodes`);
    const after = await running(plane);
    require(after.image === "synapse/core:9.9.9", after.image);
    require(after.config !== before.config, "The setting is the old one");
  });
  await list.step("undo brings back the version and the settings of before", async () => {
    await plane.kubectl("-n", "synapse", "rollout", "undo", "deployment/synapse");
    const least = await leastWhile(plane, () => rolledOut(plane));
    require(least === 3, `There were only ${least} nodes`);
    const after = await running(plane);
    require(JSON.stringify(after) === JSON.stringify(before), JSON.stringify(after));
  });
}

async function evict(list: Checklist, plane: ControlPlane): Promise<void> {
  list.part("Machines are emptied");
  await list.step("of two nodes one may go, and the other has to wait", async () => {
    await soon("the budget", async () => {
      const path = ["get", "pdb", "synapse", "-o", "jsonpath={.status.disruptionsAllowed}"];
      return await plane.kubectl("-n", "synapse", ...path) === "1";
    });
    const [first, second] = await pods(plane);
    const status = async (name: string) => {
      const response = await fetch(`${plane.url}/api/v1/namespaces/synapse/pods/${name}/eviction`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ apiVersion: "policy/v1", kind: "Eviction", metadata: { name } }),
      });
      await response.body?.cancel();
      return response.status;
    };
    const statuses = [await status(first!), await status(second!)].join();
    require(statuses === "201,429", statuses);
  });
}

async function restore(list: Checklist, plane: ControlPlane, folder: string): Promise<void> {
  list.part("Back up and restore");
  const scale = (count: number) =>
    plane.kubectl("-n", "synapse", "scale", "deployment", "-l", NODES, `--replicas=${count}`);
  await list.step("a backup is made at once, and one more under the same name", async () => {
    const make = async () => {
      await forget(plane, "backup-now");
      const job = ["create", "job", "--from=cronjob/synapse-backup", "backup-now"];
      await plane.kubectl("-n", "synapse", ...job);
      return await completed(plane, folder, "backup-now");
    };
    const [first, second] = [await make(), await make()];
    require(first !== second, "The second Job is the first one");
  });
  await list.step("the nodes go, and the autoscaler leaves it at that", async () => {
    await scale(0);
    await plane.kubectl(
      ...["-n", "synapse", "wait", "pod", "-l", NODES, "--for=delete", "--timeout=2m"],
    );
    await soon("the autoscaler", async () => {
      const [path, wanted] = [
        '{.status.conditions[?(@.type=="ScalingActive")].reason}',
        "ScalingDisabled",
      ];
      const get = ["get", "hpa", "synapse", "-o", `jsonpath=${path}`];
      return await plane.kubectl("-n", "synapse", ...get) === wanted;
    });
  });
  await list.step("a restore that the program refuses is known to have failed", async () => {
    const file = `${folder}/restore_patch.yaml`;
    await edit(file, /\[restore, /, "[restore, --identitty, ");
    await makeRestore(plane, folder);
    const said = await failed(plane, folder, "synapse-restore");
    require(said.includes("synapse-restore has failed: Job has reached"), said);
    await edit(file, /--identitty, /, "");
  });
  await list.step("a Job of the backups becomes one that restores, and so again", async () => {
    const make = async () => {
      await makeRestore(plane, folder);
      return await completed(plane, folder, "synapse-restore");
    };
    const [first, second] = [await make(), await make()];
    require(first !== second, "The second Job is the first one");
    const path = "jsonpath={.spec.template.spec.containers[0].args[0]} " +
      "{.spec.activeDeadlineSeconds}";
    const made = await plane.kubectl("-n", "synapse", "get", "job", "synapse-restore", "-o", path);
    require(made === "restore 86400", made);
    await scale(3);
    await soon("three nodes", async () => await available(plane) === 3);
  });
}

async function takeIn(list: Checklist, plane: ControlPlane, folder: string): Promise<void> {
  list.part("Components");
  await list.step("with edge nodes, the API leads to those, and Prometheus to all", async () => {
    const file = `${folder}/overlays/production/kustomization.yaml`;
    const text = await Deno.readTextFile(file);
    const taken = text.replaceAll(
      COMMENTED_OUT,
      (line, name: string) => OPERATORS.test(name) ? line : `- ${name}`,
    );
    await Deno.writeTextFile(file, taken);
    await plane.shell("kubectl apply -k overlays/production 2>&1", folder).then(noWarning);
    const edge = (names: readonly string[]) => names.filter((name) => /-edge-/.test(name)).length;
    for (const service of ["synapse", "synapse-external"]) {
      await soon(service, async () => {
        const names = await endpoints(plane, service);
        return names.length === 2 && edge(names) === 2;
      });
    }
    await soon("all", async () => {
      const names = await endpoints(plane, "synapse-metrics");
      return names.length === 5 && edge(names) === 2;
    });
  });
}

async function remove(list: Checklist, plane: ControlPlane, folder: string): Promise<void> {
  list.part("Remove");
  await list.step("nothing is left of either", async () => {
    for (const overlay of ["production", "dev"]) {
      await plane.kubectl("delete", "--ignore-not-found", "-k", `${folder}/overlays/${overlay}`);
    }
    const left = await plane.kubectl("get", "namespaces", "-o", "name");
    require(!left.includes("synapse"), left);
  });
}

async function rolledOut(plane: ControlPlane): Promise<void> {
  await plane.kubectl("-n", "synapse", "rollout", "status", "deployment/synapse");
}

/** How many nodes work. */
async function available(plane: ControlPlane): Promise<number> {
  const path = "jsonpath={.status.availableReplicas}";
  const get = ["get", "deployment", "synapse", "-o", path];
  return Number(await plane.kubectl("-n", "synapse", ...get));
}

/** The fewest nodes that worked while something was done. */
async function leastWhile(plane: ControlPlane, work: () => Promise<void>): Promise<number> {
  let [least, done] = [Infinity, false];
  const working = work().finally(() => done = true);
  while (!done) least = Math.min(least, await available(plane));
  await working;
  return least;
}

/** The image and the ConfigMap of the file of a node. */
async function running(plane: ControlPlane): Promise<{ image: string; config: string }> {
  const path = "jsonpath={.spec.template.spec.containers[0].image} " +
    '{.spec.template.spec.volumes[?(@.name=="config")].configMap.name}';
  const get = ["get", "deployment", "synapse", "-o", path];
  const [image = "", config = ""] = (await plane.kubectl("-n", "synapse", ...get)).split(" ");
  return { image, config };
}

/** The names of the nodes' pods. */
async function pods(plane: ControlPlane): Promise<string[]> {
  const path = "jsonpath={.items[*].metadata.name}";
  return (await plane.kubectl("-n", "synapse", "get", "pods", "-l", NODES, "-o", path)).split(" ");
}

/** The names of the pods that a Service leads to. */
async function endpoints(plane: ControlPlane, service: string): Promise<string[]> {
  const path = "jsonpath={.items[*].endpoints[*].targetRef.name}";
  const of = `kubernetes.io/service-name=${service}`;
  const get = ["get", "endpointslices", "-l", of, "-o", path];
  return (await plane.kubectl("-n", "synapse", ...get)).split(" ").filter((name) => name !== "");
}

async function edit(file: string, from: RegExp, to: string): Promise<void> {
  const text = await Deno.readTextFile(file);
  require(from.test(text), `${file} has no ${from}`);
  await Deno.writeTextFile(file, text.replace(from, to));
}

/** What kubectl printed, if the API server had nothing to say against it. */
function noWarning(printed: string): string {
  require(!/^Warning:/m.test(printed), printed);
  return printed;
}
