/**
 * An embedding model behind OpenAI's embeddings API, which Ollama, vLLM and most gateways speak too.
 *
 * Texts go in batches; a vector that was made lately is not made again; failures are retried by the
 * rules that hold for language models, and a text that the model refuses is sent in pieces.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { APIConnectionError, APIError } from "openai";
import type { Clock } from "../clock.ts";
import type { Entropy } from "../entropy.ts";
import { SynapseError } from "../errors.ts";
import { backoffMs, type BackoffSettings } from "../llm/backoff.ts";
import { cancelledError, ModelError } from "../llm/port.ts";
import { toModelError } from "../llm/sdk_faults.ts";
import { OPENAI_URL, openAiClient } from "../llm/sdk_openai.ts";
import type { Logger } from "../telemetry/port.ts";
import { readEmbeddings } from "./embedding_answer.ts";
import type { Embedder } from "./port.ts";
import { embedPiecewise } from "./refused_texts.ts";

/** Texts in one request: OpenAI takes 2048, small servers far fewer. */
const BATCH_TEXTS_MAX = 96;

/** UTF-16 units in one request, unless one text alone has more. */
const BATCH_CHARS_MAX = 200_000;

/** UTF-16 units of a text that its vector is made of: the usual models take no more than about this. */
const TEXT_CHARS_MAX = 8000;

/** Statuses that may be due to a text: not in order, too large, not to be processed. */
const REFUSALS: readonly number[] = [400, 413, 422];

/** What the vectors that are kept may take, in bytes. */
const CACHE_BYTES_MAX = 16 * 2 ** 20;

/** How an embedding model is reached. */
export interface EmbedderOptions {
  /** The server's name of the model. */
  readonly model: string;
  /** The length of its vectors; a model that can shorten them is asked for this length. */
  readonly dimensions: number;
  /** Where the API is; null for OpenAI's own. */
  readonly base_url: string | null;
  /** Null is enough for a base URL of one's own that asks for none. */
  readonly api_key: string | null;
  /** `attempts` counts the first try. */
  readonly retry: BackoffSettings & { readonly attempts: number };
  /** Milliseconds from the start of a request to its whole answer. */
  readonly deadline_ms: number;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Logger;
  /** Carries the requests; the global one unless given. */
  readonly fetch?: typeof globalThis.fetch;
}

/** An embedding model. */
export function createEmbedder(options: EmbedderOptions): Embedder {
  return new OpenAiEmbedder(options);
}

class OpenAiEmbedder implements Embedder {
  readonly model: string;
  readonly dimensions: number;
  readonly #options: EmbedderOptions;
  readonly #client: ReturnType<typeof openAiClient>;
  /** By the text's hash; the one that was used last comes last. */
  readonly #cache = new Map<string, Float32Array>();

  constructor(options: EmbedderOptions) {
    this.model = options.model;
    this.dimensions = options.dimensions;
    this.#options = options;
    this.#client = openAiClient({ ...options, base_url: options.base_url ?? OPENAI_URL });
  }

  async embed(texts: readonly string[], signal: AbortSignal): Promise<readonly Float32Array[]> {
    const wanted = texts.map((text) => ({ key: hashOf(text), text: sendable(text) }));
    const found = new Map<string, Float32Array>();
    const missing = new Map<string, string>();
    for (const { key, text } of wanted) {
      const known = this.#cache.get(key);
      if (known === undefined) missing.set(key, text);
      else found.set(key, known);
    }
    for (const batch of batchesOf([...missing])) {
      const vectors = await embedPiecewise(batch.map(([, text]) => text), {
        ask: (texts) => this.#withRetries(texts, signal),
        isRefusal,
      });
      for (const [i, [key]] of batch.entries()) found.set(key, vectors[i]!);
    }
    for (const [key, vector] of found) this.#keep(key, vector);
    return wanted.map(({ key }) => found.get(key)!);
  }

  #keep(key: string, vector: Float32Array): void {
    this.#cache.delete(key);
    this.#cache.set(key, vector);
    const max = Math.floor(CACHE_BYTES_MAX / (this.dimensions * vector.BYTES_PER_ELEMENT));
    if (this.#cache.size > max) this.#cache.delete(this.#cache.keys().next().value!);
  }

  async #withRetries(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    const { model, retry, clock, entropy, log } = this.#options;
    for (let tries = 1;; tries++) {
      try {
        return await this.#request(texts, signal);
      } catch (error) {
        const fault = toModelError(error, { provider: model, signal, now: clock.now() }, {
          APIError,
          APIConnectionError,
        });
        const { kind, status, retryable, retry_after_ms: retryAfterMs = 0 } = fault.details;
        const wait_ms = retryable && tries < retry.attempts
          ? backoffMs(retry, { tries, random: entropy.random(), retryAfterMs })
          : null;
        log.warn({ model, tries, kind, status, wait_ms, err: fault }, "embedding failed");
        if (wait_ms === null) throw unavailable(model, fault);
        await clock.sleep(wait_ms, signal);
      }
    }
  }

  /** One request, given up at its deadline. */
  async #request(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    const { model, dimensions, clock, deadline_ms } = this.#options;
    if (signal.aborted) throw cancelledError();
    const over = new AbortController();
    const timer = clock.sleep(deadline_ms, AbortSignal.any([signal, over.signal]));
    const late = timer.then((): never => {
      if (signal.aborted) throw cancelledError();
      throw new ModelError(
        `Embedding model ${model} did not answer within ${deadline_ms} ms`,
        { kind: "deadline", retryable: true },
      );
    });
    // When the answer comes first, the sleep ends too, and throws for nobody.
    late.catch(() => {});
    const request = this.#client.embeddings.create({
      model,
      input: [...texts],
      // What the SDK would ask for otherwise, base64, not every server knows.
      encoding_format: "float",
      ...(isShortenable(model) ? { dimensions } : {}),
    }, { signal: over.signal });
    try {
      const answer: unknown = await Promise.race([request, late]);
      return readEmbeddings(answer, { model, dimensions, count: texts.length });
    } finally {
      over.abort();
      request.catch(() => {});
    }
  }
}

/** Whether a model makes vectors of any length that it is asked for; others refuse to be asked. */
function isShortenable(model: string): boolean {
  return /(^|\/)text-embedding-3/.test(model);
}

/** Whether the model will not have a text, as it was thrown by {@link unavailable}. */
function isRefusal(error: unknown): boolean {
  const fault = error instanceof SynapseError ? error.cause : null;
  return fault instanceof ModelError && !fault.details.retryable &&
    REFUSALS.includes(fault.details.status ?? 0);
}

/** What is sent of a text: servers refuse an empty one, and one that is too long. */
function sendable(text: string): string {
  return text.trim().slice(0, TEXT_CHARS_MAX).toWellFormed() || " ";
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}

/** Cuts a list of texts into requests. */
function batchesOf<Entry extends readonly [string, string]>(entries: readonly Entry[]): Entry[][] {
  const batches: Entry[][] = [];
  let chars = Infinity;
  for (const entry of entries) {
    const [, { length }] = entry;
    if (chars + length > BATCH_CHARS_MAX || batches.at(-1)!.length === BATCH_TEXTS_MAX) {
      batches.push([]);
      chars = 0;
    }
    batches.at(-1)!.push(entry);
    chars += length;
  }
  return batches;
}

function unavailable(model: string, fault: ModelError): SynapseError {
  const message = `Embedding model ${model} cannot be used: ${fault.message}`;
  return new SynapseError("memory_unavailable", message, {
    data: { kind: fault.details.kind },
    cause: fault,
  });
}
