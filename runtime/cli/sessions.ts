/**
 * `synapse sessions`: lists, shows, watches, forks, cancels and closes sessions.
 *
 * @module
 */
import type { Command } from "commander";
import type { ApiEvent, ApiEventList, ApiSession, ApiState } from "./api_types.ts";
import type { Cli } from "./cli.ts";
import { apiPath } from "./client.ts";
import { follow } from "./follow.ts";
import { group, type JsonOption, jsonOption, teach, wholeNumber } from "./help.ts";
import { oneLine } from "./style.ts";
import { formatRecord, formatTable } from "./table.ts";

/** Events asked for at a time. */
const EVENTS_PAGE = 500;

/** How much of an event's payload a line shows, in characters. */
const PAYLOAD_WIDTH = 120;

/** The command with its subcommands. */
export function sessionsCommand(cli: Cli): Command {
  return group("sessions", "List, inspect, fork, cancel and close sessions", [
    teach("ls", "List sessions, newest first", [
      "sessions ls",
      "sessions ls --status waiting --json | jq -r '.items[].id'",
    ])
      .option("--status <status>", "only those: idle, running, waiting, closed, failed")
      .option("--agent <name>", "only those of this agent")
      .option("--limit <n>", "how many at most", wholeNumber(1), 50)
      .option("--cursor <cursor>", "go on where an earlier list ended (its `next`)")
      .action((options) => list(cli, options)),
    teach("show <id>", "Show one session", ["sessions show ses_1"])
      .action((id) => show(cli, id)),
    teach("events <id>", "Print a session's events; with --json one per line", [
      "sessions events ses_1",
      "sessions events ses_1 --after 12 --follow --json",
    ])
      .option("--after <seq>", "only events after this one", wholeNumber(0), 0)
      .option("--follow", "stay, and print what happens from now on")
      .action((id, options) => events(cli, id, options)),
    teach("state <id>", "Print the state after an event, computed from the journal", [
      "sessions state ses_1 --at 7",
    ])
      .option("--at <seq>", "after this event; the last unless given", wholeNumber(1))
      .action((id, options) => state(cli, id, options)),
    teach("fork <id>", "Start a new session from a past state of another", [
      "sessions fork ses_1 --at 7",
    ])
      .option("--at <seq>", "branch off after this event; the last unless given", wholeNumber(1))
      .option("--metadata <json>", "the new session's metadata, an object", jsonOption)
      .action((id, options) => fork(cli, id, options)),
    teach("cancel <id>", "Cancel the running turn", ["sessions cancel ses_1"])
      .option("--reason <text>", "why; it is journaled")
      .action((id, options) => cancel(cli, id, options)),
    teach("close <id>", "Close a session for good, and have memory forget what it noted", [
      "sessions close ses_1",
    ])
      .action((id) => close(cli, id)),
  ]);
}

interface ListOptions {
  readonly status?: string;
  readonly agent?: string;
  readonly cursor?: string;
  readonly limit: number;
}

async function list(cli: Cli, { limit, ...query }: ListOptions): Promise<void> {
  const page = await cli.client().list<ApiSession>(apiPath("sessions"), {
    query: { ...query },
    limit,
  });
  cli.show(page, () =>
    formatTable(
      ["ID", "AGENT", "STATUS", "TURNS", "SEQ", "UPDATED"],
      page.items.map((session) => [
        session.id,
        session.agent,
        session.status,
        session.turns,
        session.seq,
        session.updated_at,
      ]),
    ));
  if (page.next !== null && !cli.json) cli.terminal.note(`More: --cursor ${page.next}`);
}

async function show(cli: Cli, id: string): Promise<void> {
  const session = await cli.client().get<ApiSession>(apiPath("sessions", id));
  cli.show(session, () => formatRecord(session));
}

async function events(
  cli: Cli,
  id: string,
  options: { readonly after: number; readonly follow?: boolean },
): Promise<void> {
  const client = cli.client();
  const print = (event: ApiEvent) =>
    cli.print(cli.json ? JSON.stringify(event) : formatEvent(event));
  if (options.follow) {
    // Ctrl-C ends the process: there is nothing to tidy up.
    const { signal } = new AbortController();
    for await (const entry of follow(client, id, { after: options.after, signal })) {
      if (entry.kind === "event") print(entry.event);
      else if (entry.kind === "reconnecting") {
        cli.terminal.note("The connection broke, trying again");
      }
    }
    return;
  }
  for (let after: number | null = options.after; after !== null;) {
    const query: { after: number; limit: number } = { after, limit: EVENTS_PAGE };
    const page: ApiEventList = await client.get(apiPath("sessions", id, "events"), query);
    page.items.forEach(print);
    after = page.next;
  }
}

/** An event on one line. */
export function formatEvent({ seq, at, type, payload }: ApiEvent): string {
  const details = oneLine(JSON.stringify(payload), PAYLOAD_WIDTH);
  return `${String(seq).padStart(5)}  ${at}  ${type.padEnd(18)}  ${details}`;
}

async function state(cli: Cli, id: string, { at }: { readonly at?: number }): Promise<void> {
  cli.printJson(await cli.client().get<ApiState>(apiPath("sessions", id, "state"), { seq: at }));
}

async function fork(
  cli: Cli,
  id: string,
  { at, metadata }: { readonly at?: number; readonly metadata?: JsonOption },
): Promise<void> {
  const body = {
    ...(at === undefined ? {} : { seq: at }),
    ...(metadata === undefined ? {} : { metadata: metadata.json }),
  };
  const session = await cli.client().post<ApiSession>(apiPath("sessions", id, "fork"), body);
  cli.show(session, () => session.id);
}

async function cancel(cli: Cli, id: string, options: { readonly reason?: string }): Promise<void> {
  const answer = await cli.client().post<ApiSession>(apiPath("sessions", id, "cancel"), options);
  cli.show(answer, () => `Cancelled the running turn of ${id}`);
}

async function close(cli: Cli, id: string): Promise<void> {
  const session = await cli.client().delete<ApiSession>(apiPath("sessions", id));
  cli.show(session, () => `Closed ${id}`);
}
