/**
 * The stack of docker-compose.yml, under another project's name.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { systemClock } from "../../../runtime/clock.ts";
import { end, type Ended, output, type Words } from "../command.ts";
import { type ContainerState, describeStates, isWell, parseStates } from "./container_states.ts";
import { RehearsalError } from "../rehearsal_error.ts";

/** The repository. */
export const ROOT: string = fileURLToPath(new URL("../../../", import.meta.url));

/** The project that its containers and volumes belong to. */
export const PROJECT = "synapse-rehearsal";

/** How the stack is put together. */
export interface StackOptions {
  /** Of the rehearsal: the file of variables lies in it, and what the stack mounts. */
  readonly folder: string;
  /** Whether images are made here, in the place of the vendors'. */
  readonly standIns: boolean;
  /** The program of a real Qdrant, to be put into an image; null: a stand-in. */
  readonly qdrant: string | null;
}

/** Between two looks, in milliseconds. */
const LOOK_MS = 500;

/** Compose, with the files of this stack. */
export class Stack {
  /** Whether Qdrant is only a stand-in. */
  readonly hasStandIn: boolean;
  readonly #words: Words;
  readonly #env: Readonly<Record<string, string>>;

  /** Starts nothing. */
  constructor({ folder, standIns, qdrant }: StackOptions) {
    const files = [
      "docker-compose.yml",
      "deploy/rehearsals/docker/rehearsal.yml",
      ...standIns ? ["deploy/rehearsals/docker/stand_ins.yml"] : [],
    ];
    this.hasStandIn = standIns && qdrant === null;
    this.#words = [
      "docker",
      "compose",
      `--project-name=${PROJECT}`,
      `--env-file=${folder}/env`,
      ...files.map((file) => `--file=${file}`),
    ];
    this.#env = {
      REHEARSAL_FOLDER: folder,
      REHEARSAL_QDRANT: qdrant === null ? "qdrant" : "qdrant-program",
    };
  }

  /** Runs a command of Compose to its end, however that is. */
  end(args: readonly string[], seconds?: number): Promise<Ended> {
    return end([...this.#words, ...args], this.#options(seconds));
  }

  /** Runs a command of Compose that has to succeed; what it printed. @throws {RehearsalError} */
  run(args: readonly string[], seconds?: number): Promise<string> {
    return output([...this.#words, ...args], this.#options(seconds));
  }

  /** Runs a command of the program in the node's container. @throws {RehearsalError} */
  synapse(...args: readonly string[]): Promise<string> {
    return this.run(["exec", "--no-TTY", "synapse-core", "synapse", ...args]);
  }

  /** The id of a service's container. */
  container(service: string): Promise<string> {
    return this.run(["ps", "--all", "--quiet", service]);
  }

  /** Something that the engine knows of a service's container, by a template of Docker's. */
  async inspect(service: string, template: string): Promise<string> {
    return await output([
      "docker",
      "inspect",
      `--format=${template}`,
      await this.container(service),
    ]);
  }

  /** All containers. */
  async states(): Promise<ContainerState[]> {
    return parseStates(await this.run(["ps", "--all", "--format=json"]));
  }

  /**
   * Waits until every container, or those of these services, say that they are well.
   *
   * @throws {RehearsalError} with the state of each if they do not in so many seconds
   */
  async untilWell(seconds: number, ...services: readonly string[]): Promise<string> {
    const end = systemClock.monotonic() + seconds * 1000;
    for (;;) {
      const states = (await this.states()).filter(({ service }) =>
        services.length === 0 || services.includes(service)
      );
      if (states.length > 0 && states.every(isWell)) return `${states.length} containers`;
      if (systemClock.monotonic() > end) {
        throw new RehearsalError(`Not well after ${seconds} s: ${describeStates(states)}`);
      }
      await systemClock.sleep(LOOK_MS);
    }
  }

  #options(seconds?: number) {
    return { cwd: ROOT, env: this.#env, ...(seconds === undefined ? {} : { seconds }) };
  }
}
