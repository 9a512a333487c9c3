/**
 * Records from rows of this store.
 *
 * @module
 */
import { createRecordReader } from "../records.ts";

/** Reads records from rows of this store, which keeps text as it is. */
export const { toAddress, toEvent, toActor, toQuestion, toDeadLetter, toAgent } =
  createRecordReader((row, column) => String(row[column]));
