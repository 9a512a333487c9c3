/**
 * A catalog over a temporary skills folder, for tests.
 *
 * @module
 */
import { calculatorSkill } from "../../skills/calculator.ts";
import { systemClock } from "../clock.ts";
import { systemEntropy } from "../entropy.ts";
import { redactText } from "../redaction.ts";
import { createSkills, type SkillsOptions } from "./catalog.ts";
import type { SkillCall, Skills } from "./port.ts";
import { type LogLine, recordingLogger, testHostCommand } from "./testing.ts";

/** A catalog, and what it left behind. */
export interface Fixture {
  readonly skills: Skills;
  readonly folder: string;
  readonly lines: LogLine[];
  /** Metrics as they were counted: `seconds NAME`, `failure NAME CODE`. */
  readonly counted: string[];
  /** Skills whose metrics have begun at 0. */
  readonly begun: string[];
}

/** A skill file; `more` are further fields. */
export const file = (name: string, more = "") => `
  import type { SkillKit } from "never-resolved";
  export default ({ defineSkill, z }: SkillKit) => defineSkill({
    name: "${name}", description: "For tests.", input: z.strictObject({ n: z.number().max(9) }),
    risk: 2, idempotent: false, timeout: 2000, run: ({ n }: { n: number }) => ({ n }), ${more}
  });`;

/** Loads these files for a test. `machine`: the environment. */
export async function withSkills(
  machine: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>>,
  test: (fixture: Fixture) => Promise<void>,
  changes: Partial<SkillsOptions> = {},
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const lines: LogLine[] = [];
  const [counted, begun]: [string[], string[]] = [[], []];
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    await using skills = await createSkills({
      builtins: [calculatorSkill()],
      folder: { path: folder, required: true },
      workspace: folder,
      secrets: { TOKEN: "t", OTHER: "o" },
      mask: redactText,
      env: machine,
      limits: { timeout_ms: 3000, memory_mb: 64, pool_size: 2, skill_output_bytes: 10_000 },
      command: testHostCommand(machine),
      loadMs: 1000,
      clock: systemClock,
      entropy: systemEntropy,
      log: recordingLogger(lines),
      metrics: {
        skillSeconds: {
          observe: ({ skill }) => void counted.push(`seconds ${skill}`),
          zero: ({ skill }) => void begun.push(skill),
        },
        skillFailuresTotal: {
          inc: ({ skill, code }, by = 1) => {
            if (by > 0) counted.push(`failure ${skill} ${code}`);
          },
        },
      },
      ...changes,
    });
    await test({ skills, folder, lines, counted, begun });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A call of a skill. */
export const call = (skill: string, input: SkillCall["input"] = { n: 1 }): SkillCall => ({
  skill,
  input,
  key: "session/ses_1:3",
  signal: new AbortController().signal,
});
