/**
 * The router to the providers that the configuration names. An SDK is loaded only when a provider needs it.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Config, ProviderConfig } from "../config.ts";
import { createDemo } from "../llm/demo.ts";
import { maskedProvider } from "../llm/masked_provider.ts";
import type { ModelProvider } from "../llm/port.ts";
import { ModelRouter, type ModelRouterOptions, type ProviderSettings } from "../llm/router.ts";
import type { TextMask } from "../redaction.ts";
import { tracer } from "../telemetry/traces.ts";

/** Makes the router. */
export async function composeRouter(
  { llm }: Config,
  world: Pick<ModelRouterOptions, "clock" | "entropy" | "metrics" | "log"> & {
    readonly mask: TextMask;
  },
): Promise<ModelRouter> {
  const { default_provider, retry } = llm;
  const providers = await createProviders(llm.providers, world);
  return new ModelRouter({
    ...world,
    ...providers,
    default_provider,
    retry,
    tracer: tracer("synapse.llm"),
  });
}

/** What the router needs to know of the providers. */
export interface Providers {
  readonly providers: readonly ModelProvider[];
  readonly settings: Readonly<Record<string, ProviderSettings>>;
}

/** What the providers need besides their configuration. */
export interface ProviderWorld {
  readonly clock: Clock;
  readonly fetch?: typeof globalThis.fetch;
  /** Masks what they say when they fail. */
  readonly mask: TextMask;
}

/** Builds the providers, in the order of the record, and the router's settings for each. */
export async function createProviders(
  setups: Readonly<Record<string, ProviderConfig>>,
  world: ProviderWorld,
): Promise<Providers> {
  const entries = Object.entries(setups);
  const providers = await Promise.all(
    entries.map(async ([name, setup]) =>
      maskedProvider(await createProvider(name, setup, world), world.mask)
    ),
  );
  const settings = entries.map(([name, setup]) => {
    const { max_concurrency, timeout_ms: deadline_ms, prices } = setup;
    return [name, { max_concurrency, deadline_ms, prices }] as const;
  });
  return { providers, settings: Object.fromEntries(settings) };
}

async function createProvider(
  name: string,
  setup: ProviderConfig,
  { mask: _, ...world }: ProviderWorld,
): Promise<ModelProvider> {
  const { kind, base_url, api_key, default_model } = setup;
  const options = { name, base_url, api_key, default_model, ...world };
  switch (kind) {
    case "openai":
      return (await import("../llm/openai.ts")).createOpenAi(options);
    case "anthropic":
      return (await import("../llm/anthropic.ts")).createAnthropic(options);
    case "demo":
      return createDemo(options);
    default:
      return kind satisfies never;
  }
}
