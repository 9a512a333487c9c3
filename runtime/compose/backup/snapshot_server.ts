/**
 * Test support: a small server that speaks the part of Qdrant's interface which backups use. It checks
 * every request and answer against Qdrant's own description; what a collection is made of it does not
 * know: a snapshot is the bytes that it was given. It proves that backups speak the language, not that
 * a Qdrant finds its points again: for that, the same test runs on a real one (`QDRANT_URL`).
 *
 * `qdrant_snapshots_openapi.json` is `reduceOpenApi(WHOLE, USED)`, see
 * `runtime/memory/qdrant/stand_in/reduce_openapi.ts`.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { OpenApi } from "../../memory/qdrant/stand_in/reduce_openapi.ts";
import { Validator } from "../../memory/qdrant/stand_in/validator.ts";
import description from "./qdrant_snapshots_openapi.json" with { type: "json" };

const COLLECTION = "/collections/{collection_name}";

/** The operations that backups use: methods by path. */
export const USED: Readonly<Record<string, readonly string[]>> = {
  "/": ["get"],
  "/cluster": ["get"],
  "/aliases": ["get"],
  "/collections/aliases": ["post"],
  [COLLECTION]: ["delete"],
  [`${COLLECTION}/snapshots`]: ["post"],
  [`${COLLECTION}/snapshots/upload`]: ["post"],
  [`${COLLECTION}/snapshots/{snapshot_name}`]: ["get", "delete"],
};

/** A format of Rust's that says nothing to others. */
const FOREIGN_FORMAT = "partial-date-time";

const VALIDATOR = new Validator(
  JSON.parse(
    JSON.stringify(description),
    (_, value) => value === FOREIGN_FORMAT ? undefined : value,
  ) as OpenApi,
);

/** Changes an answer on its way out. */
type Tamper = (operation: string, answer: Response) => Response | Promise<Response>;

/** The server. Dispose of it to close it: that fails if it saw or sent anything that is not described. */
export class SnapshotServer implements AsyncDisposable {
  /** What each collection holds. */
  readonly collections = new Map<string, string>();
  readonly aliases = new Map<string, string>();
  /** Snapshots that were not removed, by `COLLECTION/NAME`. */
  readonly snapshots = new Map<string, Uint8Array<ArrayBuffer>>();
  /** How many servers it says the cluster has; 0: it is none. */
  peers = 0;
  tamper: Tamper = (_, answer) => answer;
  readonly #api_key: string;
  readonly #faults: string[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /** Starts on a free port of the loopback interface. Requests must carry the key. */
  constructor(api_key: string) {
    this.#api_key = api_key;
    const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
    this.#server = Deno.serve(options, (request) => this.#handle(request));
  }

  /** Where it is. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
    assert.deepEqual(this.#faults, [], "Not as Qdrant's description says");
  }

  async #handle(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const form = request.headers.get("content-type")?.startsWith("multipart/") ?? false;
    const upload = form ? await request.formData() : null;
    const text = form ? "" : await request.text();
    // The client sends an empty object where nothing is wanted; Qdrant passes over it.
    const body = text === "" || text === "{}" ? undefined : JSON.parse(text);
    if (request.headers.get("api-key") !== this.#api_key) {
      return new Response("Invalid API key or JWT", { status: 401 });
    }
    const received = { method: request.method, url, body };
    const operation = VALIDATOR.operation(received);
    this.#faults.push(...VALIDATOR.requestFaults(received));
    if (operation === null) return new Response("Not found", { status: 404 });
    const answer = await this.#answer(operation.name, operation.path, { body, upload });
    if (isBytes(answer)) {
      return await this.tamper(operation.name, new Response(answer));
    }
    this.#faults.push(...VALIDATOR.answerFaults(operation.name, 200, answer));
    return await this.tamper(operation.name, Response.json(answer));
  }

  async #answer(
    name: string,
    { collection_name = "", snapshot_name = "" }: Readonly<Record<string, string>>,
    // deno-lint-ignore no-explicit-any -- the validator has looked at it
    { body, upload }: { readonly body: any; readonly upload: FormData | null },
  ): Promise<unknown> {
    const done = (result: unknown) => ({ result, status: "ok", time: 0.001 });
    const key = `${collection_name}/${snapshot_name}`;
    switch (name) {
      case "GET /":
        return { title: "qdrant - vector search engine", version: "1.18.3" };
      case "GET /cluster":
        return done(this.#cluster());
      case "GET /aliases":
        return done({
          aliases: [...this.aliases].map(([alias_name, collection_name]) => ({
            alias_name,
            collection_name,
          })),
        });
      case "POST /collections/aliases":
        for (const { create_alias } of body.actions) {
          assert.ok(this.collections.has(create_alias.collection_name));
          this.aliases.set(create_alias.alias_name, create_alias.collection_name);
        }
        return done(true);
      case `DELETE ${COLLECTION}`:
        return done(this.collections.delete(collection_name));
      case `POST ${COLLECTION}/snapshots`:
        return done(this.#snapshot(collection_name));
      case `GET ${COLLECTION}/snapshots/{snapshot_name}`:
        return this.snapshots.get(key) ?? assert.fail(`no snapshot ${key}`);
      case `DELETE ${COLLECTION}/snapshots/{snapshot_name}`:
        return done(this.snapshots.delete(key));
      default: {
        const file = upload?.get("snapshot");
        assert.ok(file instanceof File);
        this.collections.set(collection_name, await file.text());
        // It keeps what it is sent.
        this.snapshots.set(`${collection_name}/${file.name}`, await file.bytes());
        return done(true);
      }
    }
  }

  #cluster(): unknown {
    if (this.peers === 0) return { status: "disabled" };
    const ids = Array.from({ length: this.peers }, (_, i) => String(i + 1));
    return {
      status: "enabled",
      peer_id: 1,
      peers: Object.fromEntries(ids.map((id) => [id, { uri: `http://q${id}:6335/` }])),
      raft_info: {
        term: 1,
        commit: 1,
        pending_operations: 0,
        leader: 1,
        role: "Leader",
        is_voter: true,
      },
      consensus_thread_status: {
        consensus_thread_status: "working",
        last_update: "2026-01-31T23:59:59Z",
      },
      message_send_failures: {},
    };
  }

  #snapshot(collection: string): unknown {
    const content = this.collections.get(collection);
    assert.ok(content !== undefined, `no collection ${collection}`);
    const name = `${collection}-1-2026-01-31-23-59-59.snapshot`;
    const bytes = new TextEncoder().encode(content);
    this.snapshots.set(`${collection}/${name}`, bytes);
    const checksum = createHash("sha256").update(bytes).digest("hex");
    return { name, creation_time: "2026-01-31T23:59:59", size: bytes.length, checksum };
  }
}

function isBytes(answer: unknown): answer is Uint8Array<ArrayBuffer> {
  return answer instanceof Uint8Array;
}
