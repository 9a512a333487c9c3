/**
 * `synapse audit`: proves that journals were not edited, by computing their hash chains again.
 *
 * @module
 */
import type { Command } from "commander";
import type { PostgresConfig } from "../config.ts";
import { counted } from "./counted.ts";
import type { Cli } from "./cli.ts";
import { CliError } from "./cli_error.ts";
import { EXIT } from "./exit_code.ts";
import { group, teach } from "./help.ts";
import { type AuditSource, type AuditSubject, journalSource, nodeSource } from "./audit_source.ts";
import { readConfig } from "./load_config.ts";

/** Events read at a time. */
const PAGE = 500;

/** The command with its subcommand. */
export function auditCommand(cli: Cli): Command {
  return group("audit", "Prove that journals were not edited", [
    teach("verify [sessions...]", "Verify the hash chain of all sessions, or of those named", [
      "audit verify",
      "audit verify ses_1 ses_2 --json",
      "audit verify --journal /backup/journal.db",
    ])
      .option("--journal <file>", "read this file instead of asking the node")
      .action((sessions, options) => verify(cli, sessions, options)),
  ]);
}

/** What was found of one session. */
export interface AuditResult {
  readonly session: string;
  readonly ok: boolean;
  /** The number of its last event, or of the first broken one. */
  readonly seq: number;
  /** The hash of the last event: note it elsewhere to notice later that the end was cut off. */
  readonly hash: string | null;
  readonly reason: string | null;
}

async function verify(
  cli: Cli,
  ids: readonly string[],
  options: { readonly journal?: string },
): Promise<void> {
  const { source, close } = await openSource(cli, options.journal);
  try {
    const results: AuditResult[] = [];
    for await (const subject of ids.length > 0 ? named(source, ids) : source.sessions()) {
      const result = await auditSubject(source, subject);
      results.push(result);
      if (!cli.json && !result.ok) {
        cli.print(`${result.session}: broken at ${result.seq}: ${result.reason}`);
      }
    }
    const broken = results.filter(({ ok }) => !ok).length;
    if (broken > 0) cli.exit = EXIT.failed;
    const report = {
      ok: broken === 0,
      source: source.label,
      verified: results.length,
      broken,
      results,
    };
    cli.show(report, () => summary(report));
  } finally {
    await close();
  }
}

function summary({ source, verified, broken, results }: {
  readonly source: string;
  readonly verified: number;
  readonly broken: number;
  readonly results: readonly AuditResult[];
}): string {
  const events = results.reduce((sum, { seq }) => sum + seq, 0);
  return broken === 0
    ? `Verified ${counted(verified, "session")} with ${
      counted(events, "event")
    } in ${source}: none was edited`
    : `Found ${broken} of ${verified} sessions edited in ${source}`;
}

async function* named(source: AuditSource, ids: readonly string[]): AsyncGenerator<AuditSubject> {
  for (const id of ids) yield await source.find(id);
}

/** Verifies one session from its first event to its last. */
export async function auditSubject(
  source: AuditSource,
  { address, seq, hash }: AuditSubject,
): Promise<AuditResult> {
  const { GENESIS, verifyChain } = await import("../journal/hash_chain.ts");
  const broken = (at: number, reason: string) => ({
    session: address.id,
    ok: false,
    seq: at,
    hash: null,
    reason,
  });
  let end = { seq: 0, hash: GENESIS };
  for (let limit = PAGE;;) {
    let events;
    try {
      events = await source.events(address, end.seq, limit);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      if (limit === 1) return broken(end.seq + 1, `Event ${end.seq + 1} is no JSON`);
      // One of the page cannot be read: finds out which.
      limit = 1;
      continue;
    }
    if (events.length === 0) break;
    const verdict = verifyChain(address, events, end);
    if (!verdict.ok) return broken(verdict.seq, verdict.reason);
    // The directory's hash is compared at its own seq: a running session goes on meanwhile.
    const last = events.find((event) => event.seq === seq);
    if (last && hash !== null && last.hash !== hash) {
      return broken(seq, `Event ${seq} has the hash ${last.hash}, the directory has ${hash}`);
    }
    end = verdict;
  }
  if (end.seq < seq) {
    return broken(end.seq + 1, `Event ${end.seq + 1} is missing: ${seq} were written`);
  }
  return { session: address.id, ok: true, seq: end.seq, hash: end.hash, reason: null };
}

interface OpenSource {
  readonly source: AuditSource;
  close(): void | PromiseLike<void>;
}

/** The file that was named; else the node, if it answers; else the journal that it would use. */
async function openSource(cli: Cli, path: string | undefined): Promise<OpenSource> {
  if (path !== undefined) return await openFile(path);
  const client = cli.client();
  try {
    await client.get("/health");
    return { source: nodeSource(client, cli.url), close: () => {} };
  } catch (error) {
    if (!(error instanceof CliError) || error.exit !== EXIT.unreachable) throw error;
  }
  const { journal } = await readConfig(cli.world);
  return journal.kind === "sqlite" ? await openFile(journal.path) : await openDatabase(journal);
}

async function openFile(path: string): Promise<OpenSource> {
  const { findDataFile } = await import("../compose/data_folder.ts");
  const { openJournalFile } = await import("../compose/journal_file.ts");
  if (findDataFile(path) === null) {
    throw new CliError(`There is no journal at ${path}`, {
      exit: EXIT.notFound,
      code: "journal_not_found",
    });
  }
  const file = openJournalFile(path);
  return { source: journalSource(file, path), close: () => file[Symbol.dispose]() };
}

async function openDatabase(config: PostgresConfig): Promise<OpenSource> {
  const { openJournalDatabase } = await import("../compose/journal_database.ts");
  const { readSchema } = await import("../compose/journal_schema.ts");
  const { store, missing } = await readSchema(config);
  if (missing.length > 0) {
    throw new CliError(`${store} has no journal of this version: it lacks ${missing.join(", ")}`, {
      exit: EXIT.notFound,
      code: "journal_not_found",
      hint: "Run `synapse migrate`",
    });
  }
  const database = openJournalDatabase(config);
  return {
    source: journalSource(database, store),
    close: () => database[Symbol.asyncDispose](),
  };
}
