/**
 * `synapse memory reindex`: has the node build the index anew, and shows how far it is.
 *
 * @module
 */
import type { Cli } from "./cli.ts";
import { CliError } from "./cli_error.ts";
import { apiPath, problemError } from "./client.ts";
import { counted } from "./counted.ts";
import { EXIT } from "./exit_code.ts";
import { progressBar } from "./progress_bar.ts";

/** One line of the node's answer. */
interface Progress {
  readonly sessions?: number;
  readonly sessions_total?: number;
  readonly items?: number;
  readonly items_total?: number;
  readonly done?: boolean;
  readonly error?: { readonly code: string; readonly message: string };
}

/** Puts the cursor back into the line before, and clears it. */
const LINE_BEFORE = "\x1b[1A\x1b[2K";

/** Waits until it is done; breaking off gives up, and leaves the index as it was. */
export async function reindex(cli: Cli, query: { readonly tenant?: string }): Promise<void> {
  const client = cli.client();
  const path = apiPath("memory", "reindex");
  const response = await client.send("POST", path, { query: { ...query } });
  if (!response.ok) throw await problemError(response);
  let last: Progress = {};
  let shown = false;
  try {
    for await (const progress of readProgress(response)) {
      last = progress;
      if (cli.json) cli.print(JSON.stringify(progress));
      else if (cli.terminal.watched && progress.error === undefined) {
        cli.terminal.note((shown ? LINE_BEFORE : "") + shownProgress(progress));
        shown = true;
      }
    }
  } catch (error) {
    throw client.connectionError(error);
  }
  if (last.error) {
    const { code, message } = last.error;
    throw new CliError(`The index stays as it was: ${message}`, { exit: EXIT.failed, code });
  }
  if (!last.done) {
    throw new CliError("The node broke off, and the index stays as it was", {
      exit: EXIT.unreachable,
      code: "connection_lost",
    });
  }
  if (!cli.json) cli.print(summary(last));
}

async function* readProgress(response: Response): AsyncGenerator<Progress> {
  let rest = "";
  for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line);
  }
}

function shownProgress({ items = 0, items_total = 0, sessions = 0, sessions_total = 0 }: Progress) {
  const share = sessions_total === 0 ? 1 : sessions / sessions_total;
  return `${progressBar(share)} ${items} of ${counted(items_total, "item")}, ` +
    `${sessions} of ${counted(sessions_total, "session")}`;
}

function summary({ items = 0, items_total = 0, sessions = 0 }: Progress): string {
  const gone = items_total - items;
  const left = gone > 0 ? `; ${gone} of those noted were forgotten` : "";
  return `Built the index of ${counted(items, "item")} from ${counted(sessions, "session")}${left}`;
}
