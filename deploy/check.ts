/**
 * `deno task deploy:check`: what other programs have to say about the files here. They are not part of
 * a plain Debian, and so this is no part of the gate: `apt-get install prometheus shellcheck`, and
 * systemd.
 *
 * Needs permission to run them, to read the repository, and to write to a temporary folder.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { readDashboard, withTimes } from "./prometheus/expressions.ts";

/** One run of a program. */
interface Check {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** What it complains of without failing. */
  readonly complaint?: RegExp;
}

/** Tenths of systemd's exposure level, which goes from 0 to 10. */
const EXPOSURE_MAX = 25;

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const DASHBOARDS = `${ROOT}deploy/grafana/provisioning/dashboards/synapse`;
const UNITS = ["synapse.service", "synapse@.service"] as const;

/** All of them; what they read and is not a file here is written to `folder`. */
async function checks(folder: string): Promise<Check[]> {
  const prometheus = `${ROOT}deploy/prometheus`;
  await Deno.writeTextFile(`${folder}/dashboards.yml`, await dashboardRules());
  for (const unit of UNITS) await writeUnit(folder, unit);
  const promtool = (name: string, ...args: string[]) => ({ name, program: "promtool", args });
  const analyze = (name: string, ...args: string[]) => ({ name, program: "systemd-analyze", args });
  // An unknown setting is only a warning to it. Units of this machine are not our concern.
  const verify = (name: string, unit: string) => ({
    ...analyze(name, "verify", `${folder}/${unit}`),
    complaint: /synapse/,
  });
  return [
    { name: "scripts", program: "shellcheck", args: await scripts() },
    promtool("Prometheus", "check", "config", `${prometheus}/prometheus.yml`),
    promtool("alerts", "test", "rules", `${prometheus}/alerts_test.yml`),
    promtool("dashboards", "check", "rules", `${folder}/dashboards.yml`),
    verify("unit", "synapse.service"),
    verify("unit of several", "synapse@n1.service"),
    ...UNITS.map((unit) =>
      analyze(
        `exposure of ${unit}`,
        ...["security", "--offline=true", `--threshold=${EXPOSURE_MAX}`, "--no-pager"],
        `${ROOT}deploy/systemd/${unit}`,
      )
    ),
  ];
}

/** The scripts of this folder, and of what is below it. */
async function scripts(folder = `${ROOT}deploy`): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) found.push(...await scripts(`${folder}/${name}`));
    else if (name.endsWith(".sh")) found.push(`${folder}/${name}`);
  }
  return found;
}

/** The expressions of the dashboards as rules, which promtool can read. YAML is a superset of JSON. */
async function dashboardRules(): Promise<string> {
  const exprs: string[] = [];
  for await (const { name } of Deno.readDir(DASHBOARDS)) {
    const expressions = readDashboard(await Deno.readTextFile(`${DASHBOARDS}/${name}`));
    exprs.push(...expressions.map(({ expr }) => withTimes(expr)));
  }
  const rules = exprs.map((expr, number) => ({ record: `panel:${number}`, expr }));
  return JSON.stringify({ groups: [{ name: "dashboards", rules }] });
}

/** A unit with a program that there is: systemd refuses one without. */
async function writeUnit(folder: string, unit: string): Promise<void> {
  const text = await Deno.readTextFile(`${ROOT}deploy/systemd/${unit}`);
  const command = text.replace(/^ExecStart=\S+/m, `ExecStart=${Deno.execPath()}`);
  await Deno.writeTextFile(`${folder}/${unit.replace("@.", "@n1.")}`, command);
}

async function passes({ name, program, args, complaint }: Check): Promise<boolean> {
  console.log(`[${name}]`);
  try {
    const output = await new Deno.Command(program, { args: [...args] }).output();
    const [stdout, stderr] = [output.stdout, output.stderr].map((bytes) =>
      new TextDecoder().decode(bytes)
    );
    const fine = output.success && !complaint?.test(stderr!);
    if (!fine) console.log(`${stdout}${stderr}`);
    return fine;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log(`${program} is not installed: apt-get install prometheus shellcheck systemd`);
    return false;
  }
}

if (import.meta.main) {
  const folder = await Deno.makeTempDir({ prefix: "synapse_deploy_" });
  const failed: string[] = [];
  try {
    for (const check of await checks(folder)) {
      if (!await passes(check)) failed.push(check.name);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  console.log(failed.length === 0 ? "All is well" : `Failed: ${failed.join(", ")}`);
  Deno.exitCode = failed.length === 0 ? 0 : 1;
}
