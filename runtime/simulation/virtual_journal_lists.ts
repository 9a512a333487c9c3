/**
 * What people look at in the virtual journal: actors, questions, dead letters, agents; and what is
 * read of one actor.
 *
 * @module
 */
import { addressKey } from "../engine/placement.ts";
import { canonicalJson } from "../journal/canonical_json.ts";
import type {
  AgentStore,
  DeadLetterStore,
  Directory,
  Question,
} from "../journal/directory_port.ts";
import type { EventLog } from "../journal/port.ts";
import {
  copy,
  type LetterRow,
  pageOf,
  type Positioned,
  sameActor,
  type Tables,
  tenantKey,
} from "./journal_tables.ts";

/** Events and snapshots. */
export function createEventLog(tables: Tables): EventLog {
  return {
    load: async (address) => {
      const actor = tables.actors.get(addressKey(address));
      const last = actor?.events.at(-1);
      if (!actor || !last) return null;
      const { snapshot, events } = actor;
      const waiting =
        [...tables.mailbox.values()].filter(({ row, mark }) =>
          mark === null && sameActor(row.address, address)
        ).length;
      const tail = events.slice(snapshot?.seq ?? 0);
      return { seq: last.seq, hash: last.hash, snapshot, tail, waiting };
    },
    readEvents: async (address, after, limit) =>
      tables.actors.get(addressKey(address))?.events.slice(after, after + limit) ?? [],
  };
}

/** Lists of actors and of questions. */
export function createDirectory(tables: Tables): Directory {
  return {
    find: async (address) => tables.actors.get(addressKey(address))?.record ?? null,
    list: async (tenant, { type, status, label }, page) => {
      const rows = [...tables.actors.values()].filter(({ record: { address, summary } }) =>
        address.tenant === tenant && address.type === type &&
        (status === null || summary.status === status) &&
        (label === null || summary.label === label)
      ).sort((a, b) => b.key - a.key);
      const cut = pageOf(rows, page, ({ key }) => key, -1);
      return { items: cut.rows.map(({ record }) => record), next: cut.next };
    },
    owed: async (partitions, page) => {
      const rows = [...tables.actors.values()].filter(({ owed, partition }) =>
        owed && partitions.includes(partition)
      ).sort((a, b) => a.key - b.key);
      const cut = pageOf(rows, page, ({ key }) => key);
      return { items: cut.rows.map(({ record }) => record.address), next: cut.next };
    },
    question: async (tenant, id) => {
      const row = tables.questions.get(tenantKey(tenant, id));
      return row ? withoutPosition(row) : null;
    },
    questions: async (tenant, status, page) => {
      const rows = [...tables.questions.values()].filter((row) =>
        row.address.tenant === tenant && (status === null || row.status === status)
      );
      const cut = pageOf(rows, page, ({ position }) => position);
      return { items: cut.rows.map(withoutPosition), next: cut.next };
    },
  };
}

/** Commands put aside. */
export function createDeadLetters(tables: Tables, now: () => number): DeadLetterStore {
  const shown = ({ partition: _, position: __, ...letter }: LetterRow) => letter;
  return {
    deadLetters: async (tenant, page) => {
      const rows = [...tables.letters.values()].filter(({ address }) => address.tenant === tenant);
      const cut = pageOf(rows, page, ({ position }) => position);
      return { items: cut.rows.map(shown), next: cut.next };
    },
    retryDeadLetter: async (tenant, id) => {
      const key = tenantKey(tenant, id);
      const letter = tables.letters.get(key);
      if (!letter) return null;
      const retried = { ...letter, status: "retried" as const };
      if (letter.status === "open") {
        const { address, command, sender, partition } = letter;
        tables.insert({ address, id, command, sender, partition, digest: "" }, now());
        tables.letters.set(key, retried);
      }
      return shown(retried);
    },
  };
}

/** Versioned definitions. */
export function createAgents(tables: Tables, now: () => number): AgentStore {
  const versions = (tenant: string, name: string) =>
    tables.agents.get(tenantKey(tenant, name)) ?? [];
  return {
    putAgent: async (tenant, name, spec) => {
      const all = versions(tenant, name);
      const last = all.at(-1);
      if (last && canonicalJson(last.spec) === canonicalJson(spec)) return last;
      const stored = { name, version: all.length + 1, spec: copy(spec), created_at: now() };
      tables.agents.set(tenantKey(tenant, name), [...all, stored]);
      return stored;
    },
    agent: async (tenant, name, version) => {
      const all = versions(tenant, name);
      return (version === null ? all.at(-1) : all[version - 1]) ?? null;
    },
    agents: async (tenant) =>
      [...tables.agents].filter(([key]) => key.startsWith(tenantKey(tenant, "")))
        .flatMap(([, all]) => all.slice(-1))
        .sort((a, b) => a.name < b.name ? -1 : 1),
  };
}

function withoutPosition({ position: _, ...question }: Positioned<Question>): Question {
  return question;
}
