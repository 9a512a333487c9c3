/**
 * How a store remembers its last backup, so that nodes can say how old that is: a row of `settings`.
 *
 * @module
 */

/** The row's name. Its value is the backup's stated point, in milliseconds since the epoch, as text. */
export const BACKUP_SETTING = "backup_taken_at";
