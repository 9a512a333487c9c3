/**
 * For tests: an HTTP server that answers as it is told to, and a command line that speaks to it.
 *
 * @module
 */
import { systemClock } from "../clock.ts";
import { createEntropy } from "../entropy.ts";
import type { CliWorld } from "./cli.ts";
import type { ExitCode } from "./exit_code.ts";
import { runCommandLine } from "./program.ts";
import { createStyle } from "./style.ts";

/** One request as the server saw it. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Headers;
  readonly body: unknown;
}

/** Answers a request: a `Response`, or a value that is sent as JSON. */
export type Answerer = (request: SeenRequest) => unknown;

/** A server on a free port of this machine. */
export interface FakeNode extends AsyncDisposable {
  readonly url: string;
  /** All requests so far, in order. */
  readonly seen: readonly SeenRequest[];
}

/** Starts a server that answers `"METHOD /path"` (without the query) as `answers` says, else with 404. */
export function fakeNode(answers: Readonly<Record<string, Answerer>>, port = 0): FakeNode {
  const seen: SeenRequest[] = [];
  const server = Deno.serve(
    { port, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const url = new URL(request.url);
      const text = await request.text();
      const entry = {
        method: request.method,
        path: url.pathname + url.search,
        headers: request.headers,
        body: text === "" ? null : JSON.parse(text),
      };
      seen.push(entry);
      const answer = answers[`${request.method} ${url.pathname}`];
      if (!answer) {
        return problem(
          404,
          "route_not_found",
          `No route ${request.method} ${url.pathname}`,
        );
      }
      const value = await answer(entry);
      return value instanceof Response ? value : Response.json(value);
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    seen,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** An error as a node answers it. */
export function problem(status: number, code: string, detail: string): Response {
  const body = { type: `urn:synapse:problem:${code}`, title: code, status, detail, code };
  return Response.json(body, { status, headers: { "content-type": "application/problem+json" } });
}

/** What a run of the command line left behind. */
export interface Run {
  readonly exit: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/** How the command line is run. */
export interface RunOptions {
  readonly env?: CliWorld["env"];
  /** Standard input. */
  readonly input?: string;
  readonly onSignal?: CliWorld["onSignal"];
  readonly onExit?: (code: ExitCode) => void;
}

/** A world for the command line, and what was written to it. */
export function createWorld(options: RunOptions = {}) {
  const written = { stdout: "", stderr: "" };
  let filled = 0;
  const world: CliWorld = {
    terminal: {
      write: (text) => void (written.stdout += text),
      note: (line) => void (written.stderr += line + "\n"),
      readInput: () => Promise.resolve(options.input ?? ""),
      interactive: false,
      watched: false,
      style: createStyle(false),
    },
    clock: systemClock,
    entropy: createEntropy(() => 0, (bytes) => void bytes.fill(filled++)),
    env: options.env ?? {},
    onSignal: options.onSignal ?? (() => () => {}),
    exit: options.onExit ?? (() => {}),
  };
  return { world, written };
}

/** Runs the command line in this process. */
export async function runCli(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const { world, written } = createWorld(options);
  const exit = await runCommandLine(args, world);
  return { exit, ...written };
}
