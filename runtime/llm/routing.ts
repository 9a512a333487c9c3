/**
 * Which model to call: the one an agent names, then its fallbacks.
 *
 * @module
 */
import { ModelError } from "./port.ts";

/** One model of one provider. */
export interface Candidate {
  readonly provider: string;
  /** The provider's own name of the model. */
  readonly model: string;
}

/** What may be called. */
export interface Routes {
  /** Providers by name, with the model each is called with unless another is named. */
  readonly default_models: ReadonlyMap<string, string>;
  readonly default_provider: string;
}

/** What an agent asks for: each `provider/model` or `provider`; null means the default provider. */
export interface Wish {
  readonly model: string | null;
  readonly fallbacks: readonly string[];
}

/**
 * The candidates in order, each once.
 *
 * @throws {ModelError} of kind `configuration` when a provider does not exist, naming those that do
 */
export function resolveCandidates(wish: Wish, routes: Routes): readonly Candidate[] {
  const names = [wish.model ?? routes.default_provider, ...wish.fallbacks];
  const byName = new Map<string, Candidate>();
  for (const name of names) {
    const candidate = resolveOne(name, routes);
    const key = `${candidate.provider}/${candidate.model}`;
    if (!byName.has(key)) byName.set(key, candidate);
  }
  return [...byName.values()];
}

/** Only the first slash divides: a model's own name may hold more, as in `local/org/model`. */
function resolveOne(name: string, routes: Routes): Candidate {
  const slash = name.indexOf("/");
  const provider = slash < 0 ? name : name.slice(0, slash);
  const fallback = routes.default_models.get(provider);
  if (fallback === undefined) {
    const known = [...routes.default_models.keys()].join(", ") || "none";
    throw new ModelError(
      `Model ${
        JSON.stringify(name)
      } names no configured provider, wanted provider/model with one of: ${known}`,
      { kind: "configuration", retryable: false },
    );
  }
  const model = slash < 0 ? "" : name.slice(slash + 1);
  return { provider, model: model === "" ? fallback : model };
}
