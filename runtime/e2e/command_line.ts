/**
 * Test support: the command line, towards one node.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { NodeProcess } from "./node_process.ts";
import type { ProgramEnd } from "./program.ts";
import type { Site } from "./site.ts";

/** Runs commands of the program at a place. */
export class CommandLine {
  readonly #site: Site;
  readonly #node: NodeProcess | undefined;

  /** @param node whom it asks; nobody unless given */
  constructor(site: Site, node?: NodeProcess) {
    this.#site = site;
    this.#node = node;
  }

  /** Runs a command to its end. */
  run(args: readonly string[], input?: string): Promise<ProgramEnd> {
    return this.#site.run(args, {
      ...(this.#node ? { node: this.#node } : {}),
      ...(input === undefined ? {} : { input }),
    });
  }

  /** Runs a command that must succeed; what it prints, without the last line break. */
  async text(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(args);
    assert.equal(code, 0, `${args.join(" ")}: ${stderr}`);
    return stdout.trimEnd();
  }

  /** Runs a command that must succeed, with `--json`; the document that it prints. */
  async json<Document>(...args: readonly string[]): Promise<Document> {
    return JSON.parse(await this.text(...args, "--json"));
  }
}
