import assert from "node:assert/strict";
import type { ICronJob } from "kubernetes-models/batch/v1/CronJob";
import type { IJob } from "kubernetes-models/batch/v1/Job";
import { parse } from "yaml";
import { pick, RENDERED, testRendered } from "./rendered.ts";

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value: unknown;
}

const read = (path: string) => Deno.readTextFileSync(new URL(`../../${path}`, import.meta.url));
const patch: readonly Operation[] = parse(read("deploy/k8s/restore_patch.yaml"));

const jobOfBackups = () =>
  (pick(RENDERED.get("production")!, "CronJob/synapse-backup") as ICronJob).spec!.jobTemplate;

const valueOf = (end: string) => patch.find(({ path }) => path.endsWith(end))?.value;

/** What a path of a patch leads to. */
function follow(object: unknown, path: string): unknown {
  return path.split("/").slice(1).reduce<unknown>(
    (at, step) => (at as Record<string, unknown> | undefined)?.[step],
    object,
  );
}

testRendered("the patch for a restore fits the Job of the backups", () => {
  const job = jobOfBackups();
  for (const { op, path, value } of patch) {
    if (op === "add") assert.ok(Array.isArray(follow(job, path.replace(/\/-$/, ""))), path);
    else {
      assert.equal(op, "replace");
      assert.equal(typeof follow(job, path), typeof value, path);
    }
  }
  const [restore, folder = ""] = valueOf("/args") as string[];
  const to = job.spec?.template.spec?.containers[0]?.args?.[2];
  assert.equal(restore, "restore");
  assert.ok(folder.startsWith(`${to}/synapse-`), folder);
});

testRendered(
  "every Job that the documents wait for ends by itself, in the time that they name",
  () => {
    const migration = pick(RENDERED.get("everything")!, "Job/synapse-migration") as IJob;
    const seconds = {
      "six hours": jobOfBackups().spec?.activeDeadlineSeconds,
      "a day": valueOf("/activeDeadlineSeconds"),
      "an hour": migration.spec?.activeDeadlineSeconds,
    };
    assert.deepEqual(seconds, { "six hours": 6 * 3600, "a day": 24 * 3600, "an hour": 3600 });
    const text = read("docs/deployment.md").replaceAll(/\s+/g, " ");
    assert.match(text, /A backup may take six hours, a restore a day, a migration an hour/);
  },
);

Deno.test("the documents wait for Jobs by what also sees them fail", () => {
  const text = read("docs/deployment.md");
  const waited = [...text.matchAll(/^ {4}deploy\/k8s\/await_job\.sh synapse (\S+)/gm)];
  assert.deepEqual(waited.map(([, job]) => job).sort(), [
    "backup-before-upgrade",
    "backup-now",
    "synapse-migration",
    "synapse-restore",
  ]);
  assert.doesNotMatch(text, /condition=complete|logs --follow job/);
});

testRendered("only one backup is made at a time", () => {
  const { spec } = pick(RENDERED.get("production")!, "CronJob/synapse-backup") as ICronJob;
  assert.equal(spec?.concurrencyPolicy, "Forbid");
});

Deno.test("a backup may take as long in Kubernetes as under systemd", () => {
  const [, hours] = /^TimeoutStartSec=(\d+)h$/m.exec(
    read("deploy/systemd/synapse-backup.service"),
  ) ?? [];
  const job: ICronJob = parse(read("deploy/k8s/components/backup/cron_job.yaml"));
  assert.equal(job.spec?.jobTemplate.spec?.activeDeadlineSeconds, Number(hours) * 3600);
});

Deno.test("each Job that the documents make by hand goes before it is made anew", () => {
  const text = read("docs/deployment.md");
  const made = [...text.matchAll(/create job (\S+) --from|create job --from=\S+ (\S+)/g)]
    .map(({ 1: first, 2: second, index }) => ({ job: first ?? second, index }));
  assert.deepEqual(made.map(({ job }) => job).sort(), [
    "backup-before-upgrade",
    "backup-now",
    "synapse-restore",
  ]);
  for (const { job, index } of made) {
    const before = text.lastIndexOf(`delete job ${job} --ignore-not-found`, index);
    assert.ok(before >= 0 && index - before < 200, job);
  }
});
