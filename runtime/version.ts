/**
 * The versions that this program is and speaks.
 *
 * @module
 */

/** What `.ci/release/bundle.ts` writes into a bundle. Sources do not have it. */
declare const SYNAPSE_REVISION: string | undefined;

/** The program's own version; `deno.json` says the same. */
export const VERSION = "3.1.0";

/**
 * The commit that this program was made from, with `-modified` behind it if files differed; `unknown`
 * where it runs from sources, or was made where nobody knew.
 */
export const REVISION: string = typeof SYNAPSE_REVISION === "undefined"
  ? "unknown"
  : SYNAPSE_REVISION;

/** The version of the HTTP and stream protocol. A configuration that asks for another is refused. */
export const PROTOCOL_VERSION = "1.0";

/** The version of the specification. A configuration that asks for another is refused. */
export const SPEC_VERSION = "3.1";
