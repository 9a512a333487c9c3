/**
 * A list that is read page by page, a card for each thing in it.
 *
 * @module
 */
import type { ComponentChildren } from "preact";
import { Empty, Loading, ProblemNote } from "./parts.tsx";
import type { Pages } from "./use_pages.ts";

/** What there is of it, that it is empty, or what went wrong. */
export function Cards<Item extends { readonly id: string }>(
  { pages: { value, problem, more }, empty, children }: {
    readonly pages: Pages<Item>;
    /** Said when nothing is in it. */
    readonly empty: string;
    readonly children: (item: Item) => ComponentChildren;
  },
) {
  return (
    <>
      <ProblemNote problem={problem} />
      {value === null
        ? problem === null && <Loading />
        : value.length === 0 && <Empty>{empty}</Empty>}
      <ul class="cards">
        {value?.map((item) => <li key={item.id} class="card">{children(item)}</li>)}
      </ul>
      {more && <button type="button" onClick={more}>More</button>}
    </>
  );
}
