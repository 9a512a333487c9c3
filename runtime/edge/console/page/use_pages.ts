/**
 * A list that comes in pages.
 *
 * @module
 */
import { useState } from "preact/hooks";
import type { Query } from "./api.ts";
import { useServices } from "./services.ts";
import { type Loaded, RELOAD_MS, useLoad } from "./use_load.ts";

/** A page of anything. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** The cursor of the next page; null: this is the last. */
  readonly next: string | null;
}

/** The pages that are shown. */
export interface Pages<Item> extends Loaded<readonly Item[]> {
  /** Shows one page more; null: there is none. */
  readonly more: (() => void) | null;
}

/**
 * Shows pages of a list, the first to begin with. While it is the only one it is loaded again from
 * time to time; more of them would move under the reader's eyes.
 */
export function usePages<Item>(path: string, query: Query): Pages<Item> {
  const { api } = useServices();
  const list = JSON.stringify([path, query]);
  const [shown, setShown] = useState({ list, pages: 1 });
  const pages = shown.list === list ? shown.pages : 1;
  const load = async (signal: AbortSignal): Promise<Page<Item>> => {
    const items: Item[] = [];
    let next: string | null = null;
    for (let page = 0; page < pages && (page === 0 || next !== null); page++) {
      const cursor: Query = next === null ? {} : { cursor: next };
      const found: Page<Item> = await api.get(path, { ...query, ...cursor }, signal);
      items.push(...found.items);
      next = found.next;
    }
    return { items, next };
  };
  const { value, problem, reload } = useLoad(list, load, pages === 1 ? RELOAD_MS : null, pages);
  const more = value === null || value.next === null
    ? null
    : () => setShown({ list, pages: pages + 1 });
  return { value: value?.items ?? null, problem, reload, more };
}
