/**
 * The units, by systemd: it knows its settings, and how far each of them is exposed.
 *
 * @module
 */
import type { Check } from "./check.ts";
import { exchange, readFile, ROOT } from "./root.ts";

/** Tenths of systemd's exposure level, which goes from 0 to 10. */
const EXPOSURE_MAX = 25;

const UNITS = [
  "synapse.service",
  "synapse@.service",
  "synapse-backup.service",
  "qdrant.service",
] as const;
const TIMER = "synapse-backup.timer";

/** An unknown setting is only a warning to it. Units of this machine are not our concern. */
const COMPLAINT = /\b(synapse[\w@-]*|qdrant)\.(service|timer):/;

/** Verification, and the exposure of each. */
export function unitChecks(): Check[] {
  return [
    verify("unit", "synapse.service"),
    verify("unit of several", "synapse@n1.service"),
    verify("backup", TIMER),
    verify("unit of Qdrant", "qdrant.service"),
    {
      ...verify("a unit with a misspelt setting", "synapse.service"),
      files: async () => {
        const units = await unitFiles();
        const wrong = exchange(units["synapse.service"]!, "\nMemoryMax=", "\nMemoryMaks=");
        return { ...units, "synapse.service": wrong };
      },
      refusal: /Unknown key.*MemoryMaks/,
    },
    ...UNITS.map((unit) => security(`exposure of ${unit}`, `${ROOT}deploy/systemd/${unit}`)),
    {
      ...security("exposure of a unit without protection", "./bare.service"),
      files: () => Promise.resolve({ "bare.service": "[Service]\nExecStart=/bin/true\n" }),
      refusal: /Overall exposure level for bare\.service: 9/,
    },
  ];
}

function verify(name: string, unit: string): Check {
  return {
    name,
    tool: "systemd-analyze",
    args: ["verify", `./${unit}`],
    files: unitFiles,
    complaint: COMPLAINT,
  };
}

function security(name: string, path: string): Check {
  const args = ["security", "--offline=true", `--threshold=${EXPOSURE_MAX}`, "--no-pager", path];
  return { name, tool: "systemd-analyze", args };
}

/** The units with a program that there is: systemd refuses one without. */
async function unitFiles(): Promise<Record<string, string>> {
  const files = await Promise.all([...UNITS, TIMER].map(async (unit) => {
    const text = await readFile(`deploy/systemd/${unit}`);
    const runnable = text.replace(/^ExecStart=\S+/m, `ExecStart=${Deno.execPath()}`);
    return [unit.replace("@.", "@n1."), runnable] as const;
  }));
  return Object.fromEntries(files);
}
