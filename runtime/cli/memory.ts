/**
 * `synapse memory`: what agents remember.
 *
 * @module
 */
import { type Command, Option } from "commander";
import type { ApiForgotten, ApiMemoryItem, ApiMemoryStats } from "./api_types.ts";
import type { Cli } from "./cli.ts";
import { apiPath } from "./client.ts";
import { CliError } from "./cli_error.ts";
import { counted } from "./counted.ts";
import { EXIT } from "./exit_code.ts";
import { group, teach, wholeNumber } from "./help.ts";
import { reindex } from "./memory_reindex.ts";
import { formatRecord, formatTable } from "./table.ts";

const KINDS = ["fact", "episode", "preference", "procedure"];

/** Which items; what is not given restricts nothing. */
interface ItemOptions {
  readonly agent?: string;
  readonly session?: string;
  readonly kind?: string;
  readonly before?: string;
}

/** The command with its subcommands. */
export function memoryCommand(cli: Cli): Command {
  return group("memory", "Look into what agents remember, and have them forget", [
    withItems(teach("search <query>", "Look for what is remembered, best first", [
      'memory search "what does Ada drink"',
      "memory search tea --kind preference --mode lexical",
    ]))
      .option("--limit <n>", "how many at most", wholeNumber(1), 10)
      .addOption(
        new Option("--mode <mode>", "how to look").choices(["hybrid", "lexical", "dense"]),
      )
      .action((query, options) => search(cli, query, options)),
    withItems(teach("ls", "List what is remembered, newest first", [
      "memory ls --agent assistant",
      "memory ls --session ses_1 --json",
    ]))
      .option("--limit <n>", "how many at most", wholeNumber(1), 50)
      .action((options) => list(cli, options)),
    withItems(
      teach("forget [ids...]", "Forget items, by their ids or by what they have in common", [
        "memory forget mem_1 mem_2",
        "memory forget --session ses_1",
        "memory forget --kind episode --before 2026-01-01T00:00:00Z",
      ]),
    )
      .action((ids, options) => forget(cli, ids, options)),
    teach("stats", "Count what is remembered, and say in what", ["memory stats"])
      .action(() => stats(cli)),
    teach("reindex", "Build the index anew from the journal, while it goes on answering", [
      "memory reindex",
      "memory reindex --tenant default --json",
    ])
      .option("--tenant <name>", "replace only this tenant's items")
      .action((options) => reindex(cli, options)),
  ]);
}

function withItems(command: Command): Command {
  return command
    .option("--agent <name>", "only this agent's")
    .option("--session <id>", "only what comes from this session")
    .addOption(new Option("--kind <kind>", "only items of this kind").choices(KINDS))
    .option("--before <time>", "only what was noted before, as in 2026-01-31T00:00:00Z");
}

async function search(
  cli: Cli,
  q: string,
  { limit, ...options }: ItemOptions & { readonly limit: number },
): Promise<void> {
  const query = { ...options, q, limit: Math.min(limit, 200) };
  const found = await cli.client().get<{ items: ApiMemoryItem[] }>(apiPath("memory"), query);
  cli.show(found, () =>
    formatTable(
      ["SCORE", "ID", "KIND", "TEXT"],
      found.items.map(({ score, id, kind, text }) => [score?.toFixed(3) ?? "", id, kind, text]),
    ));
}

async function list(
  cli: Cli,
  { limit, ...query }: ItemOptions & { readonly limit: number },
): Promise<void> {
  const page = await cli.client().list<ApiMemoryItem>(apiPath("memory"), {
    query: { ...query },
    limit,
  });
  cli.show(page, () =>
    formatTable(
      ["ID", "KIND", "AGENT", "SESSION", "AT", "TEXT"],
      page.items.map(({ id, kind, agent, session, at, text }) => [
        id,
        kind,
        agent,
        session,
        at,
        text,
      ]),
    ));
}

async function forget(cli: Cli, ids: readonly string[], options: ItemOptions): Promise<void> {
  const filters = Object.values(options).filter((value) => value !== undefined).length;
  if (ids.length > 0 === filters > 0) {
    throw new CliError("Wanted ids, or at least one of --agent, --session, --kind, --before", {
      exit: EXIT.usage,
      code: "usage",
    });
  }
  if (filters > 0) await forgetSome(cli, options);
  else await forgetEach(cli, ids);
}

async function forgetSome(cli: Cli, options: ItemOptions): Promise<void> {
  const query = new URLSearchParams(
    Object.entries(options).filter(([, value]) => value !== undefined),
  );
  const { forgotten } = await cli.client().delete<ApiForgotten>(`${apiPath("memory")}?${query}`);
  showForgotten(cli, forgotten);
}

/** Forgets those that there are; then says which there were not. */
async function forgetEach(cli: Cli, ids: readonly string[]): Promise<void> {
  const client = cli.client();
  const missing: string[] = [];
  let forgotten = 0;
  for (const id of ids) {
    try {
      forgotten += (await client.delete<ApiForgotten>(apiPath("memory", id))).forgotten;
    } catch (error) {
      if (!(error instanceof CliError) || error.code !== "memory_not_found") throw error;
      missing.push(id);
    }
  }
  if (forgotten > 0) showForgotten(cli, forgotten);
  if (missing.length === 0) return;
  throw new CliError(`Memory has no item ${missing.join(", ")}`, {
    exit: EXIT.notFound,
    code: "memory_not_found",
  });
}

function showForgotten(cli: Cli, forgotten: number): void {
  cli.show({ forgotten }, () => `Forgot ${counted(forgotten, "item")}`);
}

async function stats(cli: Cli): Promise<void> {
  const stats = await cli.client().get<ApiMemoryStats>(apiPath("memory", "stats"));
  cli.show(stats, () =>
    formatRecord({
      carrier: stats.carrier,
      found: stats.dense ? "by words and meaning" : "by words only",
      items: stats.items,
      ...stats.by_kind,
    }));
}
