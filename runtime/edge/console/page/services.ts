/**
 * What every part of the page may use, handed down by the page's root.
 *
 * @module
 */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { invariant } from "../../../../actors/invariant.ts";
import type { Api } from "./api.ts";
import type { World } from "./browser.ts";

/** What every part of the page may use. */
export interface Services {
  readonly world: World;
  readonly api: Api;
  /** To be called when the node refused the key. */
  readonly onUnauthorized: () => void;
}

/** Where they are handed down. */
export const ServicesContext = createContext<Services | null>(null);

/** The time, in milliseconds since the epoch, renewed every few seconds. */
export const NowContext = createContext(0);

/** What every part of the page may use. */
export function useServices(): Services {
  const services = useContext(ServicesContext);
  invariant(services !== null, "the page's root hands down its services");
  return services;
}

/** The time, in milliseconds since the epoch, exact to a few seconds. */
export function useNow(): number {
  return useContext(NowContext);
}
