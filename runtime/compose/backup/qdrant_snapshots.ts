/**
 * The index of memory on a Qdrant, out and in by its own snapshots of a collection.
 *
 * @module
 */
import { z } from "zod";
import { digesting } from "../../backup/digest.ts";
import type { Bytes } from "../../backup/encryption.ts";
import type { MemorySnapshots, SnapshotOrigin } from "../../backup/memory_snapshots.ts";
import type { Clock } from "../../clock.ts";
import type { Entropy } from "../../entropy.ts";
import { errorMessage, SynapseError } from "../../errors.ts";
import { addressOf } from "../../memory/qdrant/address.ts";
import { QdrantCalls, type QdrantServer } from "../../memory/qdrant/calls.ts";
import { COLLECTION } from "../../memory/qdrant/collections.ts";
import { failureOf, ifPossible, unavailable } from "../../memory/qdrant/failure.ts";
import { multipartFile } from "./multipart_file.ts";

/** Ends a call that hangs, in milliseconds: a copy of a large collection takes many minutes. */
const CALL_MS_MAX = 6 * 3600 * 1000;

/** Longest text of a refusal that goes into a message. */
const TEXT_CHARS_MAX = 300;

/** The name of a snapshot that is sent to a server. */
const UPLOAD = "memory.snapshot";

const DONE = z.boolean();
const VERSION = z.object({ version: z.string() });
const CLUSTER = z.object({
  status: z.string(),
  peers: z.record(z.string(), z.unknown()).default({}),
});
const ALIASES = z.object({
  aliases: z.array(z.object({ alias_name: z.string(), collection_name: z.string() })),
});
const SNAPSHOT = z.object({
  name: z.string(),
  size: z.number(),
  checksum: z.string().nullish(),
});

type Snapshot = z.output<typeof SNAPSHOT>;

/** Where the index is. */
export interface QdrantSnapshotsOptions extends QdrantServer {
  /** The alias under which it stands: `synapse_memory` unless given. */
  readonly alias?: string;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** Snapshots of a Qdrant. Dispose of it to break off what is under way. */
export class QdrantSnapshots implements MemorySnapshots, AsyncDisposable {
  readonly #server: QdrantServer;
  readonly #alias: string;
  readonly #calls: QdrantCalls;

  constructor({ alias = COLLECTION, clock, entropy, ...server }: QdrantSnapshotsOptions) {
    this.#server = server;
    this.#alias = alias;
    // Not again by itself: each try of a snapshot would leave one.
    const bounds = { deadline_ms: CALL_MS_MAX, tries_max: 1 };
    this.#calls = QdrantCalls.to(server, { clock, entropy, bounds });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#calls[Symbol.asyncDispose]();
  }

  async take(keep: (bytes: Bytes) => Promise<void>): Promise<SnapshotOrigin | null> {
    await this.#requireAlone();
    const collection = await this.#current();
    if (collection === null) return null;
    const { version } = await this.#calls.ask(VERSION, {
      call: "say its version",
      send: async (api, init) => ({ data: { result: (await api.root({}, init)).data } }),
    });
    const snapshot = await this.#calls.ask(SNAPSHOT, {
      call: `make a snapshot of collection ${collection}`,
      send: (api, init) => api.createSnapshot({ collection_name: collection, wait: true }, init),
    });
    try {
      await this.#download(collection, snapshot, keep);
    } catch (error) {
      // The error says more than one of tidying up.
      await ifPossible(() => this.#remove(collection, snapshot));
      throw error;
    }
    await this.#remove(collection, snapshot);
    return { version, collection };
  }

  async requireNone(): Promise<void> {
    const collection = await this.#current();
    if (collection === null) return;
    const message = `Qdrant has an index already, collection ${collection} under the alias ` +
      `${this.#alias}: remove it, or restore with --without-memory and let ` +
      "`synapse memory reindex` build it anew";
    throw new SynapseError("store_not_empty", message, { data: { collection } });
  }

  async load(bytes: Bytes, origin: SnapshotOrigin): Promise<void> {
    await this.discard(origin);
    const file = multipartFile("snapshot", UPLOAD, bytes);
    const call = `load a snapshot made by version ${origin.version}`;
    const path = `/collections/${encodeURIComponent(origin.collection)}/snapshots/upload`;
    const response = await this.#fetch(call, `${path}?wait=true&priority=snapshot`, {
      method: "POST",
      headers: { "content-type": file.type },
      body: file.body,
    });
    await response.body?.cancel();
    // Qdrant keeps what it was sent among the collection's snapshots.
    await ifPossible(() => this.#remove(origin.collection, { name: UPLOAD }));
  }

  async promote({ collection }: SnapshotOrigin): Promise<void> {
    const create_alias = { alias_name: this.#alias, collection_name: collection };
    await this.#calls.ask(DONE, {
      call: `give collection ${collection} its alias`,
      send: (api, init) => api.updateAliases({ actions: [{ create_alias }] }, init),
    });
  }

  async discard({ collection }: SnapshotOrigin): Promise<void> {
    await this.#calls.ask(DONE, {
      call: `remove collection ${collection}`,
      send: (api, init) => api.deleteCollection({ collection_name: collection }, init),
    });
  }

  /** The collection that answers. */
  async #current(): Promise<string | null> {
    const { aliases } = await this.#calls.ask(ALIASES, {
      call: "say which collections there are",
      send: (api, init) => api.getCollectionsAliases({}, init),
    });
    return aliases.find(({ alias_name }) => alias_name === this.#alias)?.collection_name ?? null;
  }

  /** Of a cluster, one server's snapshot has that server's shards only. */
  async #requireAlone(): Promise<void> {
    const { peers } = await this.#calls.ask(CLUSTER, {
      call: "say whether it is one of several",
      send: (api, init) => api.clusterStatus({}, init),
    });
    const servers = Object.keys(peers).length;
    if (servers < 2) return;
    const message =
      `Qdrant is a cluster of ${servers} servers, and a snapshot is of one: leave out ` +
      "--with-memory, `synapse memory reindex` builds the index anew";
    throw new SynapseError("backup_failed", message);
  }

  async #download(
    collection: string,
    { name, size, checksum }: Snapshot,
    keep: (bytes: Bytes) => Promise<void>,
  ): Promise<void> {
    const call = `send snapshot ${name}`;
    const response = await this.#fetch(call, snapshotPath(collection, name), { method: "GET" });
    const [bytes, digest] = digesting(response.body ?? new ReadableStream());
    await keep(bytes);
    const found = digest();
    const whole = found.bytes === size && (checksum ?? found.sha256) === found.sha256;
    if (whole) return;
    const why = `sent ${found.bytes} bytes with SHA-256 ${found.sha256}, ` +
      `and said ${size} with ${checksum ?? "none"}`;
    throw unavailable(call, { why, status: null, retryable: false, retry_after_ms: 0 });
  }

  async #remove(
    collection_name: string,
    { name: snapshot_name }: Pick<Snapshot, "name">,
  ): Promise<void> {
    await this.#calls.ask(DONE, {
      call: `remove snapshot ${snapshot_name}`,
      send: (api, init) => api.deleteSnapshot({ collection_name, snapshot_name, wait: true }, init),
    });
  }

  /** For what is not JSON, which the client does not do. */
  async #fetch(call: string, path: string, init: RequestInit): Promise<Response> {
    const { api_key, url } = this.#server;
    const { url: base, prefix } = addressOf(url);
    const headers = new Headers(init.headers);
    if (api_key !== undefined) headers.set("api-key", api_key);
    let response: Response;
    try {
      response = await fetch(`${base}${prefix}${path}`, {
        ...init,
        headers,
        signal: this.#calls.stop,
      });
    } catch (error) {
      throw unavailable(call, failureOf(error), error);
    }
    if (response.ok) return response;
    const text = await response.text().catch(errorMessage);
    const why = `answered with status ${response.status}: ${text.slice(0, TEXT_CHARS_MAX)}`;
    throw unavailable(call, { why, status: response.status, retryable: false, retry_after_ms: 0 });
  }
}

function snapshotPath(collection: string, name: string): string {
  return `/collections/${encodeURIComponent(collection)}/snapshots/${encodeURIComponent(name)}`;
}
