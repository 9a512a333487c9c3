/**
 * What `docker compose ps --format=json` says.
 *
 * @module
 */
import { z } from "zod";

const rowSchema = z.object({
  Service: z.string(),
  State: z.string(),
  Health: z.string(),
  ExitCode: z.number(),
});

/** A container of the stack. */
export interface ContainerState {
  readonly service: string;
  /** `running`, `restarting`, `exited`, … */
  readonly state: string;
  /** `healthy`, `starting` or `unhealthy`; empty without a health check. */
  readonly health: string;
  readonly exit_code: number;
}

/** Reads it. Compose prints a line for each container; before 2.21 it printed an array. */
export function parseStates(text: string): ContainerState[] {
  const documents = text.startsWith("[") ? JSON.parse(text) : text.split("\n").filter(Boolean)
    .map((line) => JSON.parse(line));
  return z.array(rowSchema).parse(documents).map(({ Service, State, Health, ExitCode }) => ({
    service: Service,
    state: State,
    health: Health,
    exit_code: ExitCode,
  }));
}

/** Whether it runs and says that it is healthy. Every service of the stack has a health check. */
export function isWell({ state, health }: ContainerState): boolean {
  return state === "running" && health === "healthy";
}

/** One line for people. */
export function describeStates(states: readonly ContainerState[]): string {
  const words = states.map(({ service, state, health, exit_code }) =>
    `${service} ${state === "running" ? health || state : `${state} (${exit_code})`}`
  );
  return words.join(", ") || "no container";
}
