/**
 * Looks at what a node needs of the network: free ports, and models that answer.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { ProviderConfig } from "../config/config_type.ts";
import { errorMessage } from "../errors.ts";
import { CliError } from "./cli_error.ts";
import { withDeadline } from "./deadline.ts";
import { fault, type Finding, ok, warning } from "./finding.ts";
import { nodeUrl } from "./node_url.ts";

/** How long an answer is waited for, in milliseconds. */
const ANSWER_MS_MAX = 3000;

/** Where a provider is reached that names no address of its own. */
const PUBLIC_ADDRESSES = {
  openai: "https://api.openai.com/v1",
  anthropic: "https://api.anthropic.com",
} as const;

/** Whether a node could listen there, or listens already. */
export async function checkPort(
  name: string,
  { hostname, port }: { readonly hostname: string; readonly port: number },
  clock: Clock,
): Promise<Finding> {
  if (port === 0) return ok(name, "Any free one");
  const at = `${hostname}:${port}`;
  try {
    Deno.listen({ hostname, port }).close();
    return ok(name, `${at} is free`);
  } catch (error) {
    const mend = "Choose another one with SYNAPSE_HOST, SYNAPSE_PORT and SYNAPSE_METRICS_PORT";
    if (!(error instanceof Deno.errors.AddrInUse)) {
      return fault(name, `Cannot listen at ${at}: ${errorMessage(error)}`, mend);
    }
    return await servedBySynapse(hostname, port, clock)
      ? ok(name, `${at} is served by a running node`)
      : fault(name, `${at} is in use by another program`, mend);
  }
}

async function servedBySynapse(hostname: string, port: number, clock: Clock): Promise<boolean> {
  try {
    const body: unknown = await withDeadline(
      clock,
      ANSWER_MS_MAX,
      async (signal) => (await fetch(`${nodeUrl(hostname, port)}/health`, { signal })).json(),
    );
    return typeof body === "object" && body !== null && "status" in body && body.status === "ok";
  } catch {
    return false;
  }
}

/** Whether a provider of models has what it needs and can be reached. Asks it nothing that costs. */
export async function checkProvider(
  name: string,
  provider: Pick<ProviderConfig, "kind" | "base_url" | "api_key">,
  { clock, isDefault }: { readonly clock: Clock; readonly isDefault: boolean },
): Promise<Finding> {
  const check = `model ${name}`;
  if (provider.kind === "demo") {
    return isDefault
      ? warning(
        check,
        "Answers come from the offline demo",
        "Set OPENAI_API_KEY or ANTHROPIC_API_KEY",
      )
      : ok(check, "Works offline");
  }
  const trouble = isDefault ? fault : warning;
  const address = provider.base_url ?? PUBLIC_ADDRESSES[provider.kind];
  if (provider.api_key === null && provider.base_url === null) {
    const mend = `Set its key (llm.providers.${name}.api_key_env names the variable)`;
    return trouble(check, `${address} wants a key, and there is none`, mend);
  }
  try {
    await withDeadline(clock, ANSWER_MS_MAX, async (signal) => {
      const response = await fetch(address, { signal, redirect: "manual" });
      await response.body?.cancel();
    });
    return ok(check, `${address} answers`);
  } catch (error) {
    const mend = `Check the network and llm.providers.${name}.base_url`;
    return trouble(check, `${address} cannot be reached: ${reasonOf(error)}`, mend);
  }
}

function reasonOf(error: unknown): string {
  const wrapped = error instanceof Error && error.cause && !(error instanceof CliError);
  return errorMessage(wrapped ? error.cause : error);
}
