/**
 * The port to the garbage collector.
 *
 * @module
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** The memory that JavaScript's objects are in. */
export interface Heap {
  /** Frees what nothing refers to any more. Nothing else runs meanwhile: some tens of milliseconds. */
  collect(): void;
}

/**
 * This isolate's heap. V8 gives its collector only to a context that is made while its flag is set;
 * the flag does not stay, so that no other code of this program finds one. A V8 that gives none
 * collects when it sees fit.
 */
export function systemHeap(): Heap {
  setFlagsFromString("--expose-gc");
  const gc: unknown = runInNewContext("globalThis.gc");
  setFlagsFromString("--no-expose-gc");
  return {
    collect: () => {
      if (typeof gc === "function") gc({ type: "major", execution: "sync" });
    },
  };
}
