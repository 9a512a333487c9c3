/**
 * The versions that this program is and speaks.
 *
 * @module
 */

/** The program's own version; `deno.json` says the same. */
export const VERSION = "3.1.0";

/** The version of the HTTP and stream protocol. A configuration that asks for another is refused. */
export const PROTOCOL_VERSION = "1.0";

/** The version of the specification. A configuration that asks for another is refused. */
export const SPEC_VERSION = "3.1";
