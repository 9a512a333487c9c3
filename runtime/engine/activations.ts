/**
 * The live actors of a node: the longest idle come first, and leave first.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";
import { SynapseError } from "../errors.ts";
import type { Limits } from "../limits.ts";
import { Activation } from "./activation.ts";
import { addressKey } from "./placement.ts";
import type { ActorType, NodeServices } from "./services.ts";

/** The share of the live actors that stay when others need room. */
const KEPT_SHARE = 0.9;

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

  /** The actor at that address if it is live. */
  live(address: Address): Activation | null {
    return this.#live.get(addressKey(address)) ?? null;
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

  /** Whether this program has the code of an actor's type. */
  knows({ type }: Address): boolean {
    return Object.hasOwn(this.#types, type);
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

  /** Whether another actor may become live, if need be in the place of the longest idle ones. */
  hasRoom(
    now: number,
    { active_actors, idle_ms }: Pick<Limits, "active_actors" | "idle_ms">,
  ): boolean {
    if (this.#live.size < active_actors) return true;
    this.passivate(now, idle_ms, Math.floor(active_actors * KEPT_SHARE));
    return this.#live.size < active_actors;
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
