/**
 * What Compose makes of our files, in each way that they are put together.
 *
 * @module
 */
import type { Checklist } from "../checklist.ts";
import { end, output, type Words } from "../command.ts";
import { has } from "../programs.ts";
import { require } from "../rehearsal_error.ts";
import { ROOT, type Stack } from "./stack.ts";

/** Compose as it was before it became a part of Docker. */
const OLD_COMPOSE = "docker-compose";

const VARIANTS: readonly (readonly string[])[] = [
  ["docker-compose.yml"],
  ["deploy/compose.dev.yml"],
];

/** @param folder with the file of variables */
export async function checkConfig(list: Checklist, stack: Stack, folder: string): Promise<void> {
  const check = (compose: Words, files: readonly string[], env = "env"): Words => [
    ...compose,
    `--env-file=${folder}/${env}`,
    ...files.map((file) => `--file=${file}`),
    "config",
    "--quiet",
  ];
  const compose: Words = ["docker", "compose"];
  for (const files of VARIANTS) {
    await list.step(`docker compose config: ${files}`, async () => {
      await output(check(compose, files), { cwd: ROOT });
    });
  }
  await list.step("docker compose config: the stack of this rehearsal", async () => {
    await stack.run(["config", "--quiet"]);
  });
  await list.step(
    "docker compose config refuses a stack without secrets, and a misspelt key",
    async () => {
      await Deno.writeTextFile(`${folder}/no_env`, "");
      const bare = await end(check(compose, VARIANTS[0]!, "no_env"), { cwd: ROOT });
      require(bare.code !== 0 && bare.stderr.includes("see .env.example"), bare.stderr);
      const misspelt = `${folder}/misspelt.yml`;
      await Deno.writeTextFile(misspelt, "services: { db: { volumez: [] } }\n");
      const wrong = await end(check(compose, [...VARIANTS[0]!, misspelt]), { cwd: ROOT });
      require(wrong.code !== 0 && wrong.stderr.includes("volumez"), wrong.stderr);
    },
  );
  if (!await has(OLD_COMPOSE)) return;
  const version = await output([OLD_COMPOSE, "version", "--short"]);
  await list.step(`the same of Compose ${version}`, async () => {
    for (const files of VARIANTS) await output(check([OLD_COMPOSE], files), { cwd: ROOT });
  });
}
