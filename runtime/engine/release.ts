/**
 * After the commit, and only then: answers, live events, notices to other actors, metrics.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";
import type { LiveEntry, Notice } from "../streams/port.ts";
import type { Delivery } from "./delivery.ts";
import type { NodeServices } from "./services.ts";
import type { Step } from "./step.ts";
import { recipient } from "./to_commit.ts";

/** Lets out what a committed step leads to. */
export function release(
  services: NodeServices,
  address: Address,
  before: unknown,
  step: Step,
): void {
  const { live, announce, answered, hold, handOn, timerSet, onCommit } = services;
  if (step.events.length > 0) {
    live.publish(address, step.events.map(toEntry));
    handOn();
  }
  for (const { delivery, answer } of step.answers) {
    noteHandled(services, delivery);
    delivery.settle(answer);
    if (delivery.origin === "mailbox") answered(address, delivery.id, answer);
  }
  for (const timer of step.timers) if (timer.op === "set") timerSet(timer.at);
  const notices = step.sends.map((send): Notice => {
    const to = recipient(send, address);
    return { partition: hold(to).partition, address: to };
  });
  if (notices.length > 0) announce(notices);
  onCommit(address, before, step);
}

function noteHandled({ metrics, clock }: NodeServices, delivery: Delivery): void {
  const { command } = delivery;
  const type = typeof command === "object" && command !== null && "type" in command
    ? String(command.type)
    : "unknown";
  metrics.commandsTotal.inc({ type });
  metrics.mailboxLagSeconds.observe({}, (clock.monotonic() - delivery.received_at) / 1000);
}

function toEntry({ text: _, ...event }: Step["events"][number]): LiveEntry {
  return { kind: "event", cursor: { seq: event.seq, n: 0 }, event };
}
