/**
 * The rehearsal on an engine that runs, which the variables of Docker name. `deploy/rehearsals/docker.ts`
 * starts it, and clears up after it.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { systemClock } from "../../../runtime/clock.ts";
import { systemEntropy } from "../../../runtime/entropy.ts";
import { imageSize, makeBaseImages, prepareStandIns } from "./base_images.ts";
import { Checklist } from "../checklist.ts";
import { output } from "../command.ts";
import { checkConfig } from "./config_checks.ts";
import { Conversations } from "../conversations.ts";
import { checkImage, REVISION } from "./image_checks.ts";
import { debianMirror } from "./debian.ts";
import { RehearsalError } from "../rehearsal_error.ts";
import { ROOT, Stack, type StackOptions } from "./stack.ts";
import { StackChecks } from "./stack_checks.ts";
import { fillIn } from "./variables.ts";

/** Where compose shows the API. */
const URL = "http://127.0.0.1:8000";

/** Sessions that talk at once. */
const SESSIONS = 8;

/** Building may have to fetch packages, in seconds. */
const BUILD_SECONDS = 900;

const SKILL = `export default ({ defineSkill, z }) =>
  defineSkill({
    name: "greet",
    description: "Greets somebody.",
    input: z.strictObject({ name: z.string() }),
    risk: 0,
    idempotent: true,
    run: ({ name }) => "Good day, " + name,
  });
`;

/** What an operator does first. */
async function prepare(folder: string): Promise<string> {
  for (
    const [name, mode] of [["config", 0o755], ["user_skills", 0o755], ["backups", 0o700]] as const
  ) {
    await Deno.mkdir(`${folder}/${name}`, { mode });
  }
  await Deno.chown(`${folder}/backups`, 1000, 1000);
  const identity = await generateX25519Identity();
  await Deno.writeTextFile(`${folder}/backup.key`, `${identity}\n`, { mode: 0o400 });
  await Deno.chown(`${folder}/backup.key`, 1000, 1000);
  await Deno.writeTextFile(`${folder}/config/config.yaml`, "system: { name: Rehearsal }\n");
  await Deno.writeTextFile(`${folder}/user_skills/greet.ts`, SKILL);
  const apiKey = systemEntropy.id("key");
  const example = await Deno.readTextFile(`${ROOT}.env.example`);
  const text = fillIn(example, {
    SYNAPSE_API_KEY: apiKey,
    // What URLs, shells and YAML take for something else. Debian's old exporter knows no blanks in it.
    DB_PASSWORD: "p@ss:w/rd?#%&+$ä",
    GRAFANA_ADMIN_PASSWORD: systemEntropy.id("key"),
    BACKUP_DIR: `${folder}/backups`,
    REVISION,
    SYNAPSE_BACKUP_RECIPIENTS: await identityToRecipient(identity),
  });
  await Deno.writeTextFile(`${folder}/env`, text, { mode: 0o600 });
  return apiKey;
}

async function rehearse(list: Checklist, options: StackOptions): Promise<void> {
  const { folder, standIns, qdrant } = options;
  const apiKey = await prepare(folder);
  const stack = new Stack(options);
  list.part("Files");
  await checkConfig(list, stack);

  list.part("Image");
  if (standIns) {
    await list.step(
      "base images of Debian's packages",
      async () => await makeBaseImages(`${folder}`, await debianMirror()),
    );
    await prepareStandIns(`${folder}/stand_ins`, qdrant);
  }
  await list.step("docker compose build", async () => {
    await stack.run(["build"], BUILD_SECONDS);
    const names = (await stack.run(["config", "--images"])).split("\n").sort();
    return standIns ? (await Promise.all(names.map(imageSize))).join(", ") : undefined;
  });
  await checkImage(list);

  list.part("Stack");
  const people = new Conversations(URL, apiKey, SESSIONS);
  const checks = new StackChecks(list, stack, people, `${folder}/backup.key`);
  await checks.comeUp();
  await checks.sufferFaults();
  await checks.loseAll();
  await checks.end();
}

if (import.meta.main) {
  const { values: { folder = "", stand_ins: standIns = false, qdrant = null } } = parseArgs({
    args: Deno.args,
    options: {
      folder: { type: "string" },
      stand_ins: { type: "boolean" },
      qdrant: { type: "string" },
    },
  });
  const begun = systemClock.monotonic();
  const list = new Checklist(systemClock, console.log);
  try {
    const engine = await output(["docker", "version", "--format={{.Server.Version}}"]);
    const compose = await output(["docker", "compose", "version", "--short"]);
    console.log(`Docker Engine ${engine}, Compose ${compose}`);
    await rehearse(list, { folder, standIns, qdrant });
    if (standIns) {
      const standIn = qdrant === null ? "Qdrant (a stand-in answered), " : "";
      console.log(`\nNot run here: ${standIn}Grafana, and the vendors' images of the others`);
    }
    const seconds = Math.round((systemClock.monotonic() - begun) / 1000);
    console.log(`\n${list.done} steps in ${seconds} s, all well`);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    console.error(error instanceof RehearsalError ? `    ${error.message}` : error);
    Deno.exitCode = 1;
  }
}
