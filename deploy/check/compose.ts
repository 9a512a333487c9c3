/**
 * The stacks, by Docker Compose. The files alone: no container is started, and no Docker Engine asked.
 *
 * @module
 */
import type { Check } from "./check.ts";
import { readFile } from "./root.ts";

const STACK = "docker-compose.yml";
const MISSPELT = "services: { db: { volumez: [] } }\n";

/** What stands in for each value that the example leaves to its reader. */
const CHOSEN = "0123456789abcdef";

/** Both stacks as an operator has them, and what Compose has to refuse. */
export function composeChecks(): Check[] {
  const filled = async () => await stack((example) => example.replaceAll(/=$/gm, `=${CHOSEN}`));
  return [
    { ...config("stack", STACK), files: filled },
    {
      ...config("stack for development", "compose.dev.yml"),
      files: async () => ({ "compose.dev.yml": await readFile("deploy/compose.dev.yml") }),
    },
    {
      ...config("a stack with a misspelt key", STACK, "misspelt.yml"),
      files: async () => ({ ...await filled(), "misspelt.yml": MISSPELT }),
      refusal: /volumez/,
    },
    {
      ...config("a stack without secrets", STACK),
      files: () => stack((example) => example),
      refusal: /see \.env\.example/,
    },
  ];
}

function config(name: string, ...files: string[]): Check {
  return {
    name,
    tool: "docker-compose",
    args: [...files.map((file) => `--file=${file}`), "config", "--quiet"],
  };
}

/** @param fill what becomes of the example of `.env` */
async function stack(fill: (example: string) => string): Promise<Record<string, string>> {
  return { [STACK]: await readFile(STACK), ".env": fill(await readFile(".env.example")) };
}
