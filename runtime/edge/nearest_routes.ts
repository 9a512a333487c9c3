/**
 * Guesses which routes a wrong path was meant for.
 *
 * @module
 */

/** Most guesses that are worth reading. */
const GUESSES = 3;

/** The routes that a path resembles most, best first; none when it resembles none. */
export function nearestRoutes(path: string, routes: readonly string[]): string[] {
  const found = segments(path);
  return [...new Set(routes)]
    .map((route) => ({ route, score: likeness(found, segments(route)) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.route.localeCompare(b.route))
    .slice(0, GUESSES)
    .map(({ route }) => route);
}

/** Segments in common, wherever they stand in their order, less what either has beyond the other. */
function likeness(found: readonly string[], wanted: readonly string[]): number {
  const names = wanted.filter((segment) => !isParameter(segment));
  const shared = names.filter((name) => found.some((segment) => resembles(segment, name)));
  const missing = names.length - shared.length;
  return shared.length - 0.2 * missing - 0.2 * Math.abs(found.length - wanted.length);
}

/** Equal but for case, a plural or separators. */
function resembles(a: string, b: string): boolean {
  return a === b || plain(a) === plain(b);
}

function plain(segment: string): string {
  return segment.toLowerCase().replace(/[-_]/g, "").replace(/s$/, "");
}

function isParameter(segment: string): boolean {
  return /^[{:]/.test(segment);
}

function segments(path: string): string[] {
  return path.split("/").filter((segment) => segment !== "");
}
