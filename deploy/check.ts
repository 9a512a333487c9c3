/**
 * `deno task deploy:check`: what other programs have to say about the files here. They are not part of
 * a plain Debian, and so this is no part of the gate: `apt-get install prometheus shellcheck`, systemd,
 * kubectl, and `pip install kubernetes-validate`.
 *
 * Needs permission to run them, to read the repository, and to write to a temporary folder.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { findKustomize, renderEverything } from "./k8s/kustomize.ts";
import { createMetrics } from "../runtime/telemetry/metrics.ts";
import { dashboardTypes, schemaOfGrafana } from "./grafana/dashboard_types.ts";
import { readDashboard, withTimes } from "./prometheus/expressions.ts";
import { readDashboards, readHere } from "./prometheus/shipped_files.ts";

/** One run of a program. */
interface Check {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** What it complains of without failing. */
  readonly complaint?: RegExp;
  /** What it reads on standard input. */
  readonly input?: string;
  /** Whether it is to fail: it looks for something that is wrong on purpose. */
  readonly refused?: boolean;
}

/** Tenths of systemd's exposure level, which goes from 0 to 10. */
const EXPOSURE_MAX = 25;

const ROOT = fileURLToPath(new URL("../", import.meta.url));
/** The oldest Kubernetes that has all that the manifests use, and the one that the gate checks against. */
const KUBERNETES = ["1.27", "1.36"] as const;

const UNITS = ["synapse.service", "synapse@.service", "synapse-backup.service"] as const;
const TIMER = "synapse-backup.timer";

/** All of them; what they read and is not a file here is written to `folder`. */
async function checks(folder: string): Promise<Check[]> {
  const prometheus = `${ROOT}deploy/prometheus`;
  await Deno.writeTextFile(`${folder}/dashboards.yml`, await dashboardRules());
  for (const unit of [...UNITS, TIMER]) await writeUnit(folder, unit);
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
    ...await shapeChecks(folder),
    promtool("dashboards", "check", "rules", `${folder}/dashboards.yml`),
    {
      ...promtool("metrics", "check", "metrics"),
      input: await createMetrics({ limitBytes: 1 }).render(),
    },
    ...await manifestChecks(`${folder}/manifests.yml`),
    verify("unit", "synapse.service"),
    verify("unit of several", "synapse@n1.service"),
    verify("backup", TIMER),
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
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await scripts(path));
    else if ((await Deno.readTextFile(path)).startsWith("#!")) found.push(path);
  }
  return found;
}

/** The expressions of the dashboards as rules, which promtool can read. YAML is a superset of JSON. */
async function dashboardRules(): Promise<string> {
  const expressions = (await readDashboards()).flatMap(readDashboard);
  const exprs = expressions.map(({ expr }) => withTimes(expr));
  const rules = exprs.map((expr, number) => ({ record: `panel:${number}`, expr }));
  return JSON.stringify({ groups: [{ name: "dashboards", rules }] });
}

/** The dashboards by Grafana's own types, and that a misspelt key would be found: Grafana ignores it. */
async function shapeChecks(folder: string): Promise<Check[]> {
  const schema = schemaOfGrafana(await readHere("../../docker-compose.yml"));
  const dashboards = await readDashboards();
  const misspelt = dashboards.map((json) => json.replace('"gridPos"', '"gridpos"'));
  const check = async (name: string, texts: readonly string[]) => {
    const path = `${folder}/${name}.ts`;
    await Deno.writeTextFile(path, dashboardTypes(texts, schema));
    return { program: "deno", args: ["check", "--no-config", "--no-lock", "--quiet", path] };
  };
  return [
    { name: `dashboards, by ${schema}`, ...await check("dashboards", dashboards) },
    { name: "misspelt dashboards", ...await check("misspelt", misspelt), refused: true },
  ];
}

/** Production with every component, written to `file`. */
async function manifestChecks(file: string): Promise<Check[]> {
  const kustomize = await findKustomize();
  if (kustomize === null) return [{ name: "manifests", program: "kustomize", args: ["build"] }];
  const documents = (await renderEverything(kustomize)).map((manifest) => JSON.stringify(manifest));
  await Deno.writeTextFile(file, documents.join("\n---\n"));
  return KUBERNETES.map((version) => ({
    name: `manifests, Kubernetes ${version}`,
    program: "kubernetes-validate",
    args: ["--strict", "--quiet", "--no-warn", "-k", version, file],
  }));
}

/** A unit with a program that there is: systemd refuses one without. */
async function writeUnit(folder: string, unit: string): Promise<void> {
  const text = await Deno.readTextFile(`${ROOT}deploy/systemd/${unit}`);
  const command = text.replace(/^ExecStart=\S+/m, `ExecStart=${Deno.execPath()}`);
  await Deno.writeTextFile(`${folder}/${unit.replace("@.", "@n1.")}`, command);
}

async function passes(check: Check): Promise<boolean> {
  const { name, program, complaint, refused = false } = check;
  console.log(`[${name}]`);
  try {
    const output = await run(check);
    const [stdout, stderr] = [output.stdout, output.stderr].map((bytes) =>
      new TextDecoder().decode(bytes)
    );
    const fine = output.success !== refused && !complaint?.test(stderr!);
    if (!fine) console.log(`${stdout}${stderr}`);
    return fine;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log(`${program} is not installed: see the head of deploy/check.ts`);
    return false;
  }
}

async function run({ program, args, input = "" }: Check): Promise<Deno.CommandOutput> {
  const pipes = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
  const child = new Deno.Command(program, { args: [...args], ...pipes }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  return await child.output();
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
