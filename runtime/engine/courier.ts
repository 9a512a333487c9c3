/**
 * Brings commands to where their actors are, and answers back to where they are waited for.
 *
 * @module
 */
import type { Address, Json } from "../../actors/behavior.ts";
import type { Clock } from "../clock.ts";
import type { MailboxStore } from "../journal/port.ts";
import type { Notice, Streams } from "../streams/port.ts";
import { AnswerRoutes } from "./answer_routes.ts";
import type { LeaseKeeper } from "./lease_keeper.ts";
import type { Answer, PostedCommand } from "./port.ts";
import { Posts } from "./posts.ts";

/** What the courier needs. */
export interface CourierOptions {
  readonly store: Pick<MailboxStore, "accept" | "handled">;
  readonly streams: Pick<Streams, "mailboxes" | "answers" | "carries">;
  readonly leases: Pick<LeaseKeeper, "worksOn">;
  readonly clock: Clock;
  readonly node: string;
  /** Commands of one actor, posted here, whose answers may be waited for at once. */
  readonly actor_max: number;
  readonly partitionOf: (address: Address) => number;
  /** Has an actor of this node look into its durable mailbox. */
  readonly feed: (address: Address) => void;
  /** Ends all waiting. */
  readonly stopped: AbortSignal;
}

/** The courier of one node. */
export class Courier {
  readonly #options: CourierOptions;
  readonly #posts: Posts;
  readonly #routes = new AnswerRoutes();
  #own = (_: readonly number[]) => {};

  constructor(options: CourierOptions) {
    const { store, clock, node, streams, actor_max, stopped } = options;
    this.#options = options;
    this.#posts = new Posts({
      store,
      clock,
      node,
      actor_max,
      announce: (notices) => this.announce(notices),
      carries: () => streams.carries(),
      stopped,
    });
  }

  /** Listens to the streams until the returned function is called. */
  listen(): () => void {
    const { streams, node } = this.#options;
    const notices = streams.mailboxes.subscribe((notice) => this.#heard(notice));
    const end = streams.answers.listen(node, (handled) => this.#posts.answered(handled));
    this.#own = (partitions) => notices.own(partitions);
    return () => {
      notices.end();
      end();
    };
  }

  /** Listens for notices to these partitions from now on. */
  own(partitions: readonly number[]): void {
    this.#own(partitions);
  }

  /**
   * Stores a command for its actor, wherever that is. Resolves when it is durable; the answer follows.
   *
   * @throws {SynapseError} `mailbox_full`, `journal_unavailable`
   */
  post(posted: PostedCommand): Promise<{ readonly answer: Promise<Answer> }> {
    return this.#posts.post({ ...posted, partition: this.#options.partitionOf(posted.address) });
  }

  /** Tells the owners of actors that something is in their mailboxes: at once if that is this node. */
  announce(notices: readonly Notice[]): void {
    const { leases, streams } = this.#options;
    const { here = [], elsewhere = [] } = Object.groupBy(
      notices,
      ({ partition }) => leases.worksOn(partition) ? "here" : "elsewhere",
    );
    for (const notice of here) this.#heard(notice);
    if (elsewhere.length > 0) streams.mailboxes.announce(elsewhere);
  }

  /** Brings the answer to a command that came through the durable mailbox to whoever waits for it. */
  answered(address: Address, command_id: string, answer: Answer): void {
    const { streams, node } = this.#options;
    const waiting = this.#routes.take(address, command_id);
    if (waiting === null) return;
    const handled = { address, command_id, reply: answer as unknown as Json };
    if (waiting === node) this.#posts.answered(handled);
    else streams.answers.send(waiting, [handled]);
  }

  #heard(notice: Notice): void {
    if (!this.#options.leases.worksOn(notice.partition)) return;
    this.#routes.note(notice);
    this.#options.feed(notice.address);
  }
}
