/**
 * Test support: replaces pods as a Deployment does.
 *
 * @module
 */
import type { RolloutSettings } from "../../../deploy/k8s/rollout_settings.ts";
import { systemClock } from "../../clock.ts";
import type { Pod, PodEnd, PodState } from "./pod.ts";

/** Milliseconds between two looks at the pods. */
const LOOK_MS = 100;

/** When a rollout does not come to its end, in milliseconds: machines may be very busy. */
const PATIENCE_MS = 180_000;

/** What a Deployment does next; `end` names a pod by its place. */
export type Move =
  | { readonly kind: "start" }
  | { readonly kind: "end"; readonly pod: number }
  | { readonly kind: "wait" }
  | { readonly kind: "done" };

/** The next move of a rollout. Pods that are leaving may still be there when it is done. */
export function nextMove(
  pods: readonly PodState[],
  { replicas, max_surge, max_unavailable }:
    & Pick<RolloutSettings, "max_surge" | "max_unavailable">
    & { readonly replicas: number },
): Move {
  const staying = pods.filter(({ leaving }) => !leaving);
  const fresh = staying.filter(({ revision }) => revision === "new");
  if (fresh.length < replicas && staying.length < replicas + max_surge) return { kind: "start" };
  const old = pods.findIndex(({ revision, leaving }) => revision === "old" && !leaving);
  const available = staying.filter(({ available }) => available).length;
  if (old >= 0) {
    const spare = available - (pods[old]?.available ? 1 : 0);
    return spare >= replicas - max_unavailable ? { kind: "end", pod: old } : { kind: "wait" };
  }
  const over = fresh.length === replicas && fresh.every(({ available }) => available);
  return { kind: over ? "done" : "wait" };
}

/** A rollout under way. */
export interface Rollout {
  readonly settings: RolloutSettings;
  readonly replicas: number;
  /** All pods that ever were, the old ones first; new ones are added. */
  readonly pods: Pod[];
  /** Makes the next new pod, whose node is not started yet. */
  readonly next: () => Pod;
}

/**
 * Replaces all old pods. Resolves when they are gone.
 *
 * @returns how each old pod ended, in order
 * @throws {assert.AssertionError} if a new node does not start
 */
export async function roll({ settings, replicas, pods, next }: Rollout): Promise<PodEnd[]> {
  const ends: Promise<PodEnd>[] = [];
  const begun = systemClock.monotonic();
  try {
    while (systemClock.monotonic() < begun + PATIENCE_MS) {
      const move = nextMove(pods.map(({ state }) => state), { ...settings, replicas });
      if (move.kind === "done") break;
      if (move.kind === "start") {
        const pod = next();
        pods.push(pod);
        pod.watch();
        await pod.member.start();
      } else if (move.kind === "end") ends.push(pods[move.pod]!.end());
      else await systemClock.sleep(LOOK_MS);
    }
  } finally {
    await Promise.all(ends);
  }
  return await Promise.all(ends);
}
