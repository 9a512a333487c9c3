/**
 * Which nodes wait for the answers to which commands.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";
import type { Notice } from "../streams/port.ts";
import { addressKey } from "./placement.ts";

/** Routes kept; beyond it the oldest goes, and that node finds its answer in the journal. */
const ROUTES_MAX = 100_000;

/** The routes that notices brought. */
export class AnswerRoutes {
  readonly #nodes = new Map<string, string>();

  /** Hears of a notice. */
  note({ address, waiting }: Notice): void {
    if (!waiting) return;
    this.#nodes.set(commandKey(address, waiting.command_id), waiting.node);
    if (this.#nodes.size <= ROUTES_MAX) return;
    const { value: oldest } = this.#nodes.keys().next();
    if (oldest !== undefined) this.#nodes.delete(oldest);
  }

  /** The node that waits for the answer to a command, which is given now; null if none does. */
  take(address: Address, command_id: string): string | null {
    const key = commandKey(address, command_id);
    const node = this.#nodes.get(key) ?? null;
    this.#nodes.delete(key);
    return node;
  }
}

/** A command as one string. */
export function commandKey(address: Address, command_id: string): string {
  return `${addressKey(address)}/${command_id}`;
}
