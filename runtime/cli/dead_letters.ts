/**
 * `synapse dead-letters`: commands that were put aside because their actor throws on them.
 *
 * @module
 */
import type { Command } from "commander";
import type { ApiDeadLetter } from "./api_types.ts";
import type { Cli } from "./cli.ts";
import { apiPath } from "./client.ts";
import { group, teach, wholeNumber } from "./help.ts";
import { formatTable } from "./table.ts";

/** The command with its subcommands. */
export function deadLettersCommand(cli: Cli): Command {
  return group("dead-letters", "List and retry commands that could not be handled", [
    teach("ls", "List the commands that were put aside", ["dead-letters ls"])
      .option("--limit <n>", "how many at most", wholeNumber(1), 50)
      .action((options) => list(cli, options)),
    teach("retry <id>", "Put a command back into its actor's mailbox", ["dead-letters retry dl_1"])
      .action((id) => retry(cli, id)),
  ]);
}

async function list(cli: Cli, { limit }: { readonly limit: number }): Promise<void> {
  const page = await cli.client().list<ApiDeadLetter>(apiPath("dead-letters"), { limit });
  cli.show(page, () =>
    formatTable(
      ["ID", "STATUS", "ATTEMPTS", "ACTOR", "AT", "ERROR"],
      page.items.map((letter) => [
        letter.id,
        letter.status,
        letter.attempts,
        letter.actor,
        letter.at,
        letter.error,
      ]),
    ));
}

async function retry(cli: Cli, id: string): Promise<void> {
  const letter = await cli.client().post<ApiDeadLetter>(
    apiPath("dead-letters", id, "retry"),
    undefined,
  );
  cli.show(letter, () => `Put ${id} back into the mailbox of ${letter.actor}`);
}
