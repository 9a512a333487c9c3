/**
 * `synapse chat`: a conversation in the terminal. What to show and do is decided in
 * `chat_dialogue.ts`; here it is carried out.
 *
 * @module
 */
import type { Command } from "commander";
import type { ApiApproval, ApiSession } from "./api_types.ts";
import {
  converse,
  type Dialogue,
  type DialogueAction,
  type DialogueInput,
  promptOf,
  startDialogue,
} from "./chat_dialogue.ts";
import { questionFrom } from "./chat_question.ts";
import type { Cli } from "./cli.ts";
import { CliError } from "./cli_error.ts";
import { apiPath, type Client } from "./client.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { follow } from "./follow.ts";
import { teach } from "./help.ts";
import { type LineInput, openLineInput } from "./line_input.ts";

/** How many of the last events of a resumed session are shown. */
const HISTORY_EVENTS = 200;

/** The command. */
export function chatCommand(cli: Cli): Command {
  return teach("chat", "Talk to an agent: Ctrl-C cancels a turn, Ctrl-D leaves", [
    "chat",
    "chat --agent researcher",
    "chat --session ses_1",
    "printf 'Hello\\nAnd you?\\n' | synapse chat",
  ])
    .option("--session <id>", "go on with this session; a new one unless given")
    .option("--agent <name>", "the new session's agent; `assistant` unless given")
    .action(async (options) => {
      cli.exit = await chat(cli, options);
    });
}

async function chat(
  cli: Cli,
  { session: id, agent }: { readonly session?: string; readonly agent?: string },
): Promise<ExitCode> {
  const client = cli.client();
  const session = id === undefined
    ? await client.post<ApiSession>(apiPath("sessions"), agent ? { agent } : {})
    : await client.get<ApiSession>(apiPath("sessions", id));
  const questions = session.status === "waiting" ? await pendingQuestions(client, session.id) : [];
  cli.terminal.note(
    `Session ${session.id} with ${session.agent}. Ctrl-D leaves, --session resumes`,
  );
  const dialogue = startDialogue({
    interactive: cli.terminal.interactive,
    seq: Math.max(0, session.seq - HISTORY_EVENTS),
    live_from: session.seq,
    turn: session.status === "running" || session.status === "waiting",
    questions,
  });
  return await new Conversation(cli, client, session.id, dialogue).run();
}

async function pendingQuestions(client: Client, session: string) {
  const { items } = await client.list<ApiApproval>(apiPath("approvals"), {
    query: { status: "pending" },
  });
  return items.filter((approval) => approval.session === session).map(questionFrom);
}

/** Carries out a dialogue: one input after the other, whatever order the world brings them in. */
class Conversation {
  readonly #cli: Cli;
  readonly #client: Client;
  readonly #session: string;
  readonly #stop = new AbortController();
  readonly #done = Promise.withResolvers<ExitCode>();
  /** Typed and not yet taken: a file is read faster than turns end. */
  readonly #lines: string[] = [];
  #inputOver = false;
  #dialogue: Dialogue;
  #input: LineInput | null = null;
  /** The requests made so far, so that messages arrive in the order in which they were typed. */
  #requests: Promise<void> = Promise.resolve();

  constructor(cli: Cli, client: Client, session: string, dialogue: Dialogue) {
    this.#cli = cli;
    this.#client = client;
    this.#session = session;
    this.#dialogue = dialogue;
  }

  async run(): Promise<ExitCode> {
    const input = openLineInput(this.#dialogue.interactive, {
      onLine: (line) => {
        this.#lines.push(line);
        this.#takeLines();
      },
      onInterrupt: () => this.#take({ kind: "interrupt" }),
      onEnd: () => {
        this.#inputOver = true;
        this.#takeLines();
      },
    });
    this.#input = input;
    // Without a terminal Ctrl-C arrives as a signal.
    const off = this.#cli.world.onSignal("SIGINT", () => this.#take({ kind: "interrupt" }));
    this.#watch().catch((error) => this.#done.reject(error));
    this.#takeLines();
    try {
      const exit = await this.#done.promise;
      this.#stop.abort();
      // What was typed last may still be on its way.
      if (exit !== EXIT.interrupted) await this.#requests;
      return exit;
    } finally {
      this.#stop.abort();
      off();
      input.close();
    }
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stop;
    for await (
      const entry of follow(this.#client, this.#session, { after: this.#dialogue.seq, signal })
    ) {
      if (this.#cli.json) this.#cli.print(JSON.stringify(entry));
      this.#take({ kind: "entry", entry });
      this.#takeLines();
    }
  }

  /** A person may type at any time; lines of a file wait until they can mean something. */
  #takeLines(): void {
    while (this.#dialogue.interactive || promptOf(this.#dialogue) !== null) {
      const line = this.#lines.shift();
      if (line === undefined) break;
      this.#take({ kind: "line", line });
    }
    if (this.#inputOver && this.#lines.length === 0 && !this.#dialogue.ended) {
      this.#take({ kind: "end" });
    }
  }

  #take(input: DialogueInput): void {
    if (this.#stop.signal.aborted) return;
    const step = converse(this.#dialogue, input, this.#cli.terminal.style);
    this.#dialogue = step.dialogue;
    if (!this.#cli.json) this.#input?.write(step.text, promptOf(step.dialogue));
    for (const action of step.actions) this.#act(action);
  }

  #act(action: DialogueAction): void {
    switch (action.kind) {
      case "prefill":
        if (this.#dialogue.interactive) this.#input?.prefill(action.text);
        return;
      case "leave":
        this.#done.resolve(action.exit);
        return;
      case "cancel":
        // It overtakes messages that wait for their turn.
        void this.#request(action);
        return;
      case "send":
      case "decide":
        this.#requests = this.#requests.then(() => this.#request(action));
    }
  }

  async #request(action: DialogueAction): Promise<void> {
    try {
      const key = this.#client.newKey();
      await this.#client.persist(() => this.#post(action, key), {
        signal: this.#stop.signal,
        known: true,
      });
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      if (!(error instanceof CliError)) return this.#done.reject(error);
      this.#take({ kind: "refused", action, code: error.code, message: error.message });
      this.#takeLines();
    }
  }

  #post(action: DialogueAction, key: string): Promise<unknown> {
    switch (action.kind) {
      case "send": {
        const body = { content: action.content };
        return this.#client.post(apiPath("sessions", this.#session, "messages"), body, { key });
      }
      case "decide":
        return this.#client.post(apiPath("approvals", action.question.id), action.decision, {
          key,
        });
      default: {
        const body = { reason: "Cancelled from the terminal" };
        return this.#client.post(apiPath("sessions", this.#session, "cancel"), body, { key });
      }
    }
  }
}
