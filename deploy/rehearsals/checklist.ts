/**
 * What was looked at, as a person reads it.
 *
 * @module
 */
import type { Clock } from "../../runtime/clock.ts";

/** Carries out steps, and prints a line for each that went well. The first that does not ends it all. */
export class Checklist {
  readonly #clock: Clock;
  readonly #print: (line: string) => void;
  #done = 0;

  /** @param print takes a line */
  constructor(clock: Clock, print: (line: string) => void) {
    this.#clock = clock;
    this.#print = print;
  }

  /** How many steps went well. */
  get done(): number {
    return this.#done;
  }

  /** Begins a part of the list. */
  part(title: string): void {
    this.#print(`\n${title}`);
  }

  /**
   * @param what is to hold
   * @param look finds out, and resolves to what is worth telling besides; it throws if it does not hold
   */
  async step(what: string, look: () => Promise<string | void>): Promise<void> {
    const begun = this.#clock.monotonic();
    try {
      const told = await look();
      this.#done += 1;
      const seconds = ((this.#clock.monotonic() - begun) / 1000).toFixed(1);
      this.#print(`  ok    ${what}${told ? `: ${told}` : ""} (${seconds} s)`);
    } catch (error) {
      this.#print(`  FAIL  ${what}`);
      throw error;
    }
  }
}
