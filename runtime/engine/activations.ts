/**
 * The live actors of a node: the longest idle come first, and leave first.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";
import { SynapseError } from "../errors.ts";
import { Activation } from "./activation.ts";
import { addressKey } from "./placement.ts";
import type { ActorType, NodeServices } from "./services.ts";

/** The live actors of a node. */
export class Activations {
  readonly #services: NodeServices;
  readonly #types: Readonly<Record<string, ActorType>>;
  /** In order of use, the latest last. */
  readonly #live = new Map<string, Activation>();

  constructor(services: NodeServices, types: Readonly<Record<string, ActorType>>) {
    this.#services = services;
    this.#types = types;
  }

  /** How many there are. */
  get size(): number {
    return this.#live.size;
  }

  /** All of them. */
  all(): readonly Activation[] {
    return [...this.#live.values()];
  }

  /** The actor at that address, made live if it is not. */
  at(address: Address): Activation {
    const key = addressKey(address);
    const live = this.#live.get(key) ??
      new Activation(address, this.typeOf(address), this.#services);
    this.#live.delete(key);
    this.#live.set(key, live);
    return live;
  }

  /** The code and limits of an actor's type. */
  typeOf(address: Address): ActorType {
    const type = this.#types[address.type];
    if (type) return type;
    const known = Object.keys(this.#types).join(", ");
    throw new SynapseError(
      "invalid_request",
      `Actor type is ${address.type}, wanted one of ${known}`,
    );
  }

  /** Forgets an actor, if it is still that one. */
  evict(actor: { readonly address: Address }): void {
    const key = addressKey(actor.address);
    if (this.#live.get(key) === actor) this.#live.delete(key);
  }

  /** Drops those that were idle for `idle_ms`, and the longest idle ones beyond `actors_max`. */
  passivate(now: number, idle_ms: number, actors_max: number): void {
    let excess = this.#live.size - actors_max;
    for (const [key, activation] of this.#live) {
      if (!activation.idle) continue;
      if (excess <= 0 && now - activation.idle_since < idle_ms) continue;
      this.#live.delete(key);
      excess -= 1;
    }
  }
}
