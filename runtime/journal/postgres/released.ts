/**
 * News of releases, by the database's notifications: a hint that spares the wait for the next look.
 *
 * @module
 */
import type { Leases } from "../port.ts";
import type { Connections } from "./connection.ts";

/** Tells listeners of releases, of this node and of others. */
export class Releases {
  readonly #listeners = new Set<() => void>();

  /** Begins to listen. Where that cannot be, there is no news, and no harm. */
  async start(connections: Connections, channel: string): Promise<void> {
    const tell = () => {
      for (const listener of [...this.#listeners]) listener();
    };
    await connections.listen(channel, tell).catch(() => {});
  }

  /** See {@link Leases.onReleased}. */
  readonly onReleased: Leases["onReleased"] = (listener) => {
    // One of its own, so that each call can be ended by itself.
    const own = () => listener();
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  };
}
