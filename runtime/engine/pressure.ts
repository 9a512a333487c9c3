/**
 * Back-pressure: that there is no room for another command.
 *
 * @module
 */
import { SynapseError } from "../errors.ts";

/** That there is no room for another command. */
export function mailboxFull(what: string, limit: number): SynapseError {
  return new SynapseError(
    "mailbox_full",
    `${what} has ${limit} commands waiting, wanted fewer; try again later`,
    { data: { limit, retry_after_ms: 1000 } },
  );
}

/** Bounds what is under way at once. */
export class Pressure {
  readonly #max: number;
  #count = 0;

  /** @param max how many commands */
  constructor(max: number) {
    this.#max = max;
  }

  /**
   * Does work on a number of commands.
   *
   * @throws {SynapseError} `mailbox_full` if there is no room for them
   */
  async during<Result>(commands: number, work: () => Promise<Result>): Promise<Result> {
    if (this.#count + commands > this.#max) throw mailboxFull("Node", this.#max);
    this.#count += commands;
    try {
      return await work();
    } finally {
      this.#count -= commands;
    }
  }
}
