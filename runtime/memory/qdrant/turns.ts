/**
 * One after the other, by key.
 *
 * @module
 */

/** Lines in which tasks wait for each other. */
export class Turns {
  /** The last task of each line; a line in which nobody waits is not kept. */
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs a task when all before it in its line are over, however they ended. */
  async take<T>(key: string, task: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const turn = before.then(task, task);
    const over = turn.then(() => {}, () => {});
    this.#last.set(key, over);
    try {
      return await turn;
    } finally {
      if (this.#last.get(key) === over) this.#last.delete(key);
    }
  }
}
