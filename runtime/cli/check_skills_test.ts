import assert from "node:assert/strict";
import { isLeftOut } from "./check_skills.ts";
import { EXIT } from "./exit_code.ts";
import { runCli } from "./fake_node.ts";
import type { Finding } from "./finding.ts";

/** What doctor says of a skills folder. */
async function skillFindings(folder: string, data: string): Promise<Finding[]> {
  const { stdout } = await runCli(["doctor", "--json"], {
    env: {
      SYNAPSE_DATA_DIR: data,
      SYNAPSE_SKILLS_DIR: folder,
      SYNAPSE_PORT: "0",
      SYNAPSE_METRICS_PORT: "0",
    },
  });
  const { findings } = JSON.parse(stdout) as { findings: Finding[] };
  // It goes on after the skills, whatever is wrong with them.
  assert.equal(findings.at(-1)?.check, "file descriptors");
  return findings.filter(({ check }) => check === "skills folder");
}

Deno.test("doctor names what is wrong with a skills folder, and goes on", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/file`, "");
    await Deno.symlink(`${folder}/none`, `${folder}/nowhere`);
    await Deno.symlink(`${folder}/circle`, `${folder}/circle`);
    const cases = [
      ["none", "it does not exist"],
      ["nowhere", "it is a link to nothing"],
      ["circle", "its links lead in a circle"],
      ["file", "it, or a folder above it, is a file"],
      ["file/x", "it, or a folder above it, is a file"],
    ] as const;
    for (const [name, reason] of cases) {
      const path = `${folder}/${name}`;
      assert.deepEqual(await skillFindings(path, `${folder}/data`), [{
        check: "skills folder",
        status: "fault",
        detail: `${path}: Skills folder cannot be read: ${reason}`,
        mend: "Make it a folder that the user who runs Synapse can read, " +
          "or change SYNAPSE_SKILLS_DIR",
      }]);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a skills folder that nobody named may be missing, and is no link to nothing", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const leftOut = (skills_dir: string, skills_dir_required = false) =>
      isLeftOut({ skills_dir, skills_dir_required });
    await Deno.symlink(`${folder}/none`, `${folder}/nowhere`);
    assert.equal(leftOut(`${folder}/none`), true);
    assert.equal(leftOut(`${folder}/none`, true), false);
    assert.equal(leftOut(`${folder}/nowhere`), false);
    assert.equal(leftOut(folder), false);
    const run = await runCli(["skills", "check", `${folder}/nowhere`]);
    assert.equal(run.exit, EXIT.failed);
    assert.equal(
      run.stderr,
      `${folder}/nowhere: Skills folder cannot be read: it is a link to nothing\n`,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
