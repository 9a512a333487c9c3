/**
 * Brings a store's schema up to date: numbered steps, forward only, all in the caller's transaction,
 * each claimed by its number before it runs, so that two starters cannot both apply it.
 *
 * @module
 */
import { SynapseError } from "../errors.ts";

/** One numbered step of a schema. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

/** What a dialect has to be able to do. */
export interface MigrationTarget {
  /** The numbers of the steps already applied. Makes the table that holds them if need be. */
  applied(): readonly number[];
  /** Notes a step as applied. Throws if it is noted already. */
  claim(migration: Migration): void;
  exec(sql: string): void;
}

/**
 * The steps that a store lacks.
 *
 * @param applied the numbers of the steps already applied
 * @throws {SynapseError} `journal_too_new` if the store has steps that this program does not know
 */
export function missingMigrations(
  applied: readonly number[],
  migrations: readonly Migration[],
): readonly Migration[] {
  const known = migrations.length;
  const newest = Math.max(0, ...applied);
  if (newest > known) {
    const message =
      `Journal has schema ${newest}, this program knows up to ${known}: run the newer Synapse that wrote it`;
    throw new SynapseError("journal_too_new", message, { data: { found: newest, known } });
  }
  const done = new Set(applied);
  return migrations.filter((migration) => !done.has(migration.number));
}

/**
 * Applies the steps that are missing.
 *
 * @returns the numbers applied now
 * @throws {SynapseError} `journal_too_new` if the store has steps that this program does not know
 */
export function migrate(
  target: MigrationTarget,
  migrations: readonly Migration[],
): readonly number[] {
  const missing = missingMigrations(target.applied(), migrations);
  for (const migration of missing) {
    target.claim(migration);
    target.exec(migration.sql);
  }
  return missing.map((migration) => migration.number);
}
