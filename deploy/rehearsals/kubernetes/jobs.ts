/**
 * Jobs, in the words of docs/deployment.md.
 *
 * @module
 */
import type { ControlPlane } from "./control_plane.ts";

/** Takes away what an earlier one of that name has left. */
export async function forget(plane: ControlPlane, job: string): Promise<void> {
  await plane.kubectl("-n", "synapse", "delete", "job", job, "--ignore-not-found");
}

/**
 * Waits for a Job that has to complete.
 *
 * @param folder the copy of the manifests
 * @returns which one it was
 */
export async function completed(plane: ControlPlane, folder: string, job: string): Promise<string> {
  await plane.shell(`./await_job.sh synapse ${job}`, folder);
  return await plane.kubectl("-n", "synapse", "get", "job", job, "-o", "jsonpath={.metadata.uid}");
}

/**
 * Waits for a Job that has to fail.
 *
 * @returns what is said about it
 */
export function failed(plane: ControlPlane, folder: string, job: string): Promise<string> {
  return plane.refusal(`./await_job.sh synapse ${job}`, folder);
}

/** Makes the Job that restores a backup, anew. */
export async function makeRestore(plane: ControlPlane, folder: string): Promise<void> {
  await forget(plane, "synapse-restore");
  await plane.shell(
    "kubectl -n synapse create job synapse-restore --from=cronjob/synapse-backup " +
      "--dry-run=client -o json " +
      "| kubectl patch --local -f - --type=json --patch-file restore_patch.yaml -o json " +
      "| kubectl apply -f -",
    folder,
  );
}
