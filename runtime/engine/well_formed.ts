/**
 * Half of a surrogate pair is not text: it has no UTF-8 form, so it can be neither hashed nor stored.
 * It comes from outside all the same (JSON can spell it), and must not poison an actor.
 *
 * @module
 */

/**
 * The value with U+FFFD in place of each half of a surrogate pair, in strings and in names of members;
 * the very same value when there is none.
 */
export function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return value.isWellFormed() ? value : value.toWellFormed();
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map(wellFormed);
    return items.some((item, i) => item !== value[i]) ? items : value;
  }
  const members = Object.entries(value);
  const mended = members.map(([name, member]) =>
    [name.toWellFormed(), wellFormed(member)] as const
  );
  const changed = mended.some(([name, member], i) =>
    name !== members[i]?.[0] || member !== members[i]?.[1]
  );
  return changed ? Object.fromEntries(mended) : value;
}
