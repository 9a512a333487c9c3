/**
 * What a model call costs. Prices come from the configuration only: a list in the code would be
 * wrong on the day a provider changes its own.
 *
 * @module
 */

/** US dollars for a million tokens. */
export interface Price {
  readonly input_usd_per_mtok: number;
  readonly output_usd_per_mtok: number;
}

/** Prices by the provider's name of the model. */
export type Prices = Readonly<Record<string, Price>>;

const TOKENS_PER_PRICE = 1_000_000;

/** Costs are rounded to this many parts of a dollar, so that sums stay readable. */
const PARTS_PER_DOLLAR = 1e9;

/**
 * The cost of a call in US dollars. A price for the name that was asked for wins over one for the
 * name that answered (often the same with a date behind it); without either the call costs 0.
 */
export function costUsd(
  prices: Prices,
  models: { readonly requested: string; readonly answered: string },
  tokens: { readonly input_tokens: number; readonly output_tokens: number },
): number {
  const price = priceOf(prices, models.requested) ?? priceOf(prices, models.answered);
  if (price === undefined) return 0;
  const dollars = (tokens.input_tokens * price.input_usd_per_mtok +
    tokens.output_tokens * price.output_usd_per_mtok) / TOKENS_PER_PRICE;
  return Math.round(dollars * PARTS_PER_DOLLAR) / PARTS_PER_DOLLAR;
}

/** Only own properties: a model may be called `constructor`. */
function priceOf(prices: Prices, model: string): Price | undefined {
  return Object.hasOwn(prices, model) ? prices[model] : undefined;
}
