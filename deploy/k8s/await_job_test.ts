import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("await_job.sh", import.meta.url));

/** In the place of kubectl: the Job's conditions come from a file, a line for each time it is asked. */
const KUBECTL = `#!/bin/sh
echo "$*" >>"$FOLDER/asked"
case "$*" in
  *" get job "*message*) echo "its message" ;;
  *" get job "*)
    [ -s "$FOLDER/conditions" ] || { echo "no such job" >&2; exit 1; }
    head -n 1 "$FOLDER/conditions"
    sed -i 1d "$FOLDER/conditions"
    ;;
  *" logs "*) [ -e "$FOLDER/log" ] && cat "$FOLDER/log" ;;
esac
`;

interface World {
  /** What the Job's conditions are, one time after the other. */
  readonly conditions: readonly string[];
  /** What its pods have logged; null if they are gone. */
  readonly log: string | null;
}

/** Runs the script, with nothing between two looks. */
async function awaitJob({ conditions, log }: World) {
  const folder = await Deno.makeTempDir({ prefix: "synapse_await_job_" });
  try {
    for (const [name, text] of [["kubectl", KUBECTL], ["sleep", "#!/bin/sh\n"]] as const) {
      await Deno.writeTextFile(`${folder}/${name}`, text, { mode: 0o755 });
    }
    await Deno.writeTextFile(
      `${folder}/conditions`,
      conditions.map((line) => `${line}\n`).join(""),
    );
    if (log !== null) await Deno.writeTextFile(`${folder}/log`, log);
    const { code, stdout, stderr } = await new Deno.Command("sh", {
      args: [SCRIPT, "synapse", "j"],
      env: { PATH: `${folder}:${Deno.env.get("PATH")}`, FOLDER: folder },
    }).output();
    const asked = (await Deno.readTextFile(`${folder}/asked`)).trim().split("\n");
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr), asked };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("await_job.sh waits for the end of a Job, and shows its log", async () => {
  const conditions = ["", "SuccessCriteriaMet=True", "SuccessCriteriaMet=True Complete=True "];
  const { code, stdout, asked } = await awaitJob({ conditions, log: "Wrote a backup\n" });
  assert.deepEqual([code, stdout], [0, "Wrote a backup\nj has completed\n"]);
  assert.equal(asked.length, 4);
  for (const line of asked) assert.match(line, /^--namespace synapse (get job j|logs .*=j) /);
});

Deno.test("await_job.sh ends with 1 as soon as a Job has failed, and says why", async () => {
  const conditions = ["FailureTarget=True", "FailureTarget=True Failed=True "];
  const { code, stdout, stderr } = await awaitJob({ conditions, log: "Refused\n" });
  assert.deepEqual([code, stdout, stderr], [1, "Refused\n", "j has failed: its message\n"]);
});

Deno.test("await_job.sh says how a Job ended whose pods are gone", async () => {
  const failed = await awaitJob({ conditions: ["Failed=True"], log: null });
  assert.deepEqual([failed.code, failed.stderr], [1, "j has failed: its message\n"]);
  const complete = await awaitJob({ conditions: ["Complete=True"], log: null });
  assert.deepEqual([complete.code, complete.stdout], [0, "j has completed\n"]);
});

Deno.test("await_job.sh ends with what kubectl says if it cannot be asked", async () => {
  const { code, stderr } = await awaitJob({ conditions: [""], log: null });
  assert.deepEqual([code, stderr], [1, "no such job\n"]);
});
