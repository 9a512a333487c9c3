/**
 * What each request carries through the edge.
 *
 * @module
 */

/** Whoever sends a request. */
export interface Principal {
  readonly tenant: string;
  /** For the record: who decided, who sent. */
  readonly name: string;
}

/** What each request carries. */
export interface EdgeEnv {
  Variables: {
    requestId: string;
    principal: Principal;
  };
}
