/**
 * The process that the command line runs in.
 *
 * @module
 */
import { systemClock } from "../clock.ts";
import { systemEntropy } from "../entropy.ts";
import { SUPERVISION_VARIABLES } from "../supervision/environment.ts";
import type { CliWorld } from "./cli.ts";
import { systemTerminal } from "./terminal.ts";

/** This process. */
export function systemWorld(): CliWorld {
  const env = Deno.env.toObject();
  // Meant for this process alone, which knows them now.
  for (const name of SUPERVISION_VARIABLES) Deno.env.delete(name);
  return {
    terminal: systemTerminal((name) => env[name]),
    clock: systemClock,
    entropy: systemEntropy,
    env,
    onSignal(signal, handler) {
      Deno.addSignalListener(signal, handler);
      return () => Deno.removeSignalListener(signal, handler);
    },
    exit: (code) => Deno.exit(code),
  };
}
