/**
 * Has commands handled: here if their actor is here, else wherever it is.
 *
 * @module
 */
import type { Address, Json } from "../../actors/behavior.ts";
import type { Entropy } from "../entropy.ts";
import { errorCode } from "../errors.ts";
import { asJournaled } from "./as_journaled.ts";
import type { Courier } from "./courier.ts";
import type { Answer, PostedCommand, Poster, SubmitOptions } from "./port.ts";
import { Pressure } from "./pressure.ts";
import type { DirectCommand, Residents } from "./residents.ts";

/** What the dispatcher needs. */
export interface DispatcherOptions {
  readonly residents: Pick<Residents, "submit" | "activations">;
  readonly courier: Pick<Courier, "post">;
  readonly entropy: Entropy;
  /** Commands under way at once. */
  readonly commands_max: number;
  /** Whether an actor is here, and certainly nowhere else. */
  readonly isHere: (address: Address) => boolean;
  /** Whether there is another node that can handle what this one cannot. */
  readonly others: () => boolean;
  /** Throws if nothing can be taken now. */
  readonly refuse: () => void;
}

/** The dispatcher of one node. */
export class Dispatcher implements Poster {
  readonly #options: DispatcherOptions;
  readonly #pressure: Pressure;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#pressure = new Pressure(options.commands_max);
  }

  /** Has an actor handle a command. Resolves after the commit; see `Engine.submit`. */
  async submit(address: Address, command: unknown, options: SubmitOptions): Promise<Answer> {
    this.#options.refuse();
    const digest = options.id === undefined ? null : options.digest ?? "";
    const { id = this.#options.entropy.id("cmd"), sender = "api" } = options;
    const direct = { id, command, sender, digest };
    return await this.#pressure.during(1, () => this.#handle(address, direct));
  }

  async post(commands: readonly PostedCommand[]): Promise<readonly Promise<Answer>[]> {
    const { refuse, courier } = this.#options;
    refuse();
    const post = () => Promise.all(commands.map((one) => courier.post(one)));
    const posted = await this.#pressure.during(commands.length, post);
    return posted.map(({ answer }) => answer);
  }

  /** Here if the actor is here; else, or if it leaves meanwhile, wherever it is. */
  async #handle(address: Address, command: DirectCommand): Promise<Answer> {
    const { residents, courier, isHere } = this.#options;
    if (isHere(address)) {
      try {
        return await residents.submit(address, command);
      } catch (error) {
        if (!this.#isElsewhere(error)) throw error;
      }
    }
    // Nobody else knows an actor of a type that this program does not.
    residents.activations.typeOf(address);
    const posted = await courier.post({
      ...command,
      address,
      command: asJournaled(command.command) as Json,
      digest: command.digest ?? "",
      request_id: null,
    });
    return await posted.answer;
  }

  /** Whether an error says that nothing was done here and another node may do it. */
  #isElsewhere(error: unknown): boolean {
    const code = errorCode(error);
    return code === "fenced" || (code === "draining" && this.#options.others());
  }
}
