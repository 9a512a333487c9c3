/**
 * Which collection is meant. What is asked goes to an alias, which leads to the collection of the day;
 * an index that is being built anew has an alias of its own, by which every node knows of it. A
 * finished one takes the other's place in one step.
 *
 * @module
 */
import type { Schemas } from "@qdrant/js-client-rest";
import { z } from "zod";
import type { Clock } from "../../clock.ts";
import type { Entropy } from "../../entropy.ts";
import type { QdrantCalls, Send } from "./calls.ts";
import type { PointFilter } from "./point_filter.ts";
import { ifPossible, needsReindex, statusOf } from "./failure.ts";
import {
  COLLECTION_INFO,
  type CollectionInfo,
  collectionRequest,
  isOurs,
  layoutFault,
  missingIndexes,
  type Model,
  PAYLOAD_INDEXES,
} from "./layout.ts";
import { countPoints } from "./points.ts";
import { dropSign, giveSign, isAbandoned } from "./sign_of_life.ts";

/** The alias under which the index stands unless another is given. */
export const COLLECTION = "synapse_memory";

const COLLECTIONS = z.object({ collections: z.array(z.object({ name: z.string() })) });

/** What follows the alias in the name of the first collection. */
const FIRST = "1";

/** How the ids begin that follow the alias in the names of those that were built anew. */
const BUILT = "built";

/** What follows the alias in the name of a collection that was made here. */
const OURS = /^(1|built_[0-9a-z]{26})$/;

/** The status for the making of a collection that is there. */
const EXISTS = 409;

/** The filter that every point meets. */
const EVERYTHING: PointFilter = { must: [] };

/** The collections that the aliases lead to. */
export interface Places {
  readonly current: string | null;
  /** The one that is being built. */
  readonly next: string | null;
}

const DONE = z.boolean();
const ALIASES = z.object({
  aliases: z.array(z.object({ alias_name: z.string(), collection_name: z.string() })),
});

/** What the collections are made with. */
export interface CollectionsOptions {
  /** The alias of the index that answers. */
  readonly name: string;
  readonly clock: Pick<Clock, "now">;
  readonly entropy: Entropy;
  readonly model: Model | null;
}

/** Collections by their roles. */
export class QdrantCollections {
  /** The alias of the index that answers. */
  readonly current: string;
  /** The alias of the index that is being built. */
  readonly next: string;
  readonly #calls: QdrantCalls;
  readonly #clock: Pick<Clock, "now">;
  readonly #entropy: Entropy;
  readonly #model: Model | null;
  /** After it was there once, it is not made again by itself: it would be empty and look like all. */
  #seen = false;
  #prepared: Promise<string | null> | null = null;

  constructor(
    calls: QdrantCalls,
    options: CollectionsOptions,
  ) {
    this.#calls = calls;
    this.current = options.name;
    this.next = `${options.name}_next`;
    this.#clock = options.clock;
    this.#entropy = options.entropy;
    this.#model = options.model;
  }

  /** Where the aliases lead now. */
  async places(): Promise<Places> {
    const { aliases } = await this.#calls.ask(ALIASES, {
      call: "say which collections there are",
      send: (api, init) => api.getCollectionsAliases({}, init),
    });
    const target = (alias: string) =>
      aliases.find(({ alias_name }) => alias_name === alias)?.collection_name ?? null;
    return { current: target(this.current), next: target(this.next) };
  }

  /** The names of all collections there are, also of others' ones. */
  async names(): Promise<readonly string[]> {
    const { collections } = await this.#calls.ask(COLLECTIONS, {
      call: "say which collections there are",
      send: (api, init) => api.getCollections({}, init),
    });
    return collections.map(({ name }) => name);
  }

  /** How a collection is made. */
  async info(place: string): Promise<CollectionInfo> {
    return await this.#calls.ask(COLLECTION_INFO, {
      call: `look at collection ${place}`,
      send: (api, init) => api.getCollection({ collection_name: place }, init),
    });
  }

  /** How many points a collection has, of all tenants. */
  async count(place: string): Promise<number> {
    return await countPoints({ calls: this.#calls, name: place }, EVERYTHING);
  }

  /**
   * Sees to it, once, that the index is there: makes the first one, adds indexes that it lacks. One
   * that is empty is made anew if it does not suit the model.
   *
   * @returns why it does not suit the model; null if it does
   * @throws {SynapseError} `memory_unavailable`
   */
  async prepare(): Promise<string | null> {
    this.#prepared ??= this.#prepare();
    try {
      return await this.#prepared;
    } catch (error) {
      this.#prepared = null;
      throw error;
    }
  }

  /** Has {@link prepare} look again: something is not as it was. */
  lookAgain(): void {
    this.#prepared = null;
  }

  /**
   * Makes an empty collection under a name of its own, and tells every node that it is being built. It
   * takes the place of an earlier one that was never finished; what is left of such is removed.
   */
  async beginNext(): Promise<string> {
    const place = `${this.current}_${this.#entropy.id(BUILT)}`;
    // What an attempt leaves behind, the next one removes.
    await this.#create(place);
    try {
      await giveSign({ calls: this.#calls, name: place }, this.#clock.now());
      await this.#changeAliases([createAlias(this.next, place)]);
    } catch (error) {
      // Else every write would go there too, for nothing.
      await ifPossible(() => this.discard(place));
      throw error;
    }
    await ifPossible(() => this.#removeStrays());
    return place;
  }

  /** Puts a collection that was being built in the current one's place, which is removed. */
  async promote(place: string): Promise<void> {
    const { current } = await this.places();
    try {
      await this.#changeAliases([createAlias(this.current, place), deleteAlias(this.next)]);
    } catch (error) {
      // The change may have been made, and only its answer lost.
      if ((await this.places()).current !== place) throw error;
    }
    this.#seen = true;
    this.lookAgain();
    if (current !== null) await ifPossible(() => this.#delete(current));
  }

  /** Whether the index that is being built, as far as there is one, has no builder any more. */
  async isAbandoned(): Promise<boolean> {
    return await isAbandoned({ calls: this.#calls, name: this.next }, this.#clock.now());
  }

  /** Removes an index that nobody builds any more. */
  async discardAbandoned(): Promise<void> {
    const { next } = await this.places();
    if (next !== null && await this.isAbandoned()) await this.discard(next);
  }

  /** Removes a collection that was being built, unless it answers by now. */
  async discard(place: string): Promise<void> {
    if ((await this.places()).current !== place) await this.#delete(place);
  }

  async #prepare(): Promise<string | null> {
    const place = (await this.places()).current ?? await this.#first();
    const info = await this.info(place);
    this.#seen = true;
    const fault = layoutFault(info, this.#model);
    if (fault === null) {
      await this.#addIndexes(place, missingIndexes(info));
      return null;
    }
    const empty = await this.count(place) === 0;
    if (!empty || !isOurs(info)) return `Collection ${place} ${fault}`;
    const next = await this.beginNext();
    await dropSign({ calls: this.#calls, name: next });
    await this.promote(next);
    return null;
  }

  /** Removes collections of ours to which no alias leads. */
  async #removeStrays(): Promise<void> {
    const names = await this.names();
    const { current, next } = await this.places();
    const prefix = `${this.current}_`;
    for (const name of names) {
      const ours = name.startsWith(prefix) && OURS.test(name.slice(prefix.length));
      if (ours && name !== current && name !== next) await this.#delete(name);
    }
  }

  /** Removes a collection with its aliases. */
  async #delete(place: string): Promise<void> {
    await this.#calls.ask(DONE, {
      call: `remove collection ${place}`,
      send: (api, init) => api.deleteCollection({ collection_name: place }, init),
    });
  }

  /** Nodes that start together make the same one, and whoever comes second finds it. */
  async #first(): Promise<string> {
    if (this.#seen) throw needsReindex(`Collection ${this.current} was removed`);
    const place = `${this.current}_${FIRST}`;
    await this.#create(place);
    await this.#changeAliases([createAlias(this.current, place)]);
    return place;
  }

  /** Makes a collection; it may have been made by a try before this one, or by another node. */
  async #create(place: string): Promise<void> {
    const request = { collection_name: place, ...collectionRequest(this.#model) };
    try {
      await this.#calls.ask(DONE, {
        call: `make collection ${place}`,
        send: (api, init) => api.createCollection(request, init),
      });
    } catch (error) {
      if (statusOf(error) !== EXISTS) throw error;
    }
    await this.#addIndexes(place, Object.keys(PAYLOAD_INDEXES));
  }

  async #addIndexes(place: string, fields: readonly string[]): Promise<void> {
    for (const field of fields) {
      const field_schema = PAYLOAD_INDEXES[field] ?? null;
      const request = { collection_name: place, wait: true, field_name: field, field_schema };
      await this.#calls.change({
        call: `make an index over ${field}`,
        send: (api, init) => api.createFieldIndex(request, init),
      });
    }
  }

  /**
   * One after the other, while nobody asks anything in between. Those before one that is refused stay
   * made: so an alias is led to another collection by one action, never removed first.
   */
  async #changeAliases(actions: Schemas["AliasOperations"][]): Promise<void> {
    const send: Send = (api, init) => api.updateAliases({ actions }, init);
    await this.#calls.ask(DONE, { call: "change an alias", send });
  }
}

function createAlias(alias_name: string, collection_name: string): Schemas["AliasOperations"] {
  return { create_alias: { alias_name, collection_name } };
}

function deleteAlias(alias_name: string): Schemas["AliasOperations"] {
  return { delete_alias: { alias_name } };
}
