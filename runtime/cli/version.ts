/**
 * `synapse version`: what this program is.
 *
 * @module
 */
import type { Command } from "commander";
import { PROTOCOL_VERSION, REVISION, SPEC_VERSION, VERSION } from "../version.ts";
import type { Cli } from "./cli.ts";
import { teach } from "./help.ts";

/** The command. */
export function versionCommand(cli: Cli): Command {
  return teach("version", "Print the versions of this program", ["version", "version --json"])
    .action(() => {
      const versions = {
        version: VERSION,
        revision: REVISION,
        protocol_version: PROTOCOL_VERSION,
        spec_version: SPEC_VERSION,
        deno: Deno.version.deno,
        v8: Deno.version.v8,
        target: Deno.build.target,
      };
      cli.show(
        versions,
        () =>
          `synapse ${VERSION} (revision ${REVISION}; protocol ${PROTOCOL_VERSION}, ` +
          `specification ${SPEC_VERSION}; Deno ${versions.deno}, ${versions.target})`,
      );
    });
}
