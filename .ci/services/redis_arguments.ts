/**
 * The command line of a Redis that tests may break.
 *
 * @module
 */

/** Settings of `redis.conf`. */
export type RedisSettings = Readonly<Record<string, string>>;

/** Nothing is kept: a server that starts again is empty. */
const TEST_SETTINGS: RedisSettings = {
  bind: "127.0.0.1",
  save: "",
  appendonly: "no",
};

/** Arguments of `redis-server`; the given settings win. */
export function redisArguments(
  place: { readonly folder: string; readonly port: number },
  settings: RedisSettings = {},
): string[] {
  const all = { ...TEST_SETTINGS, dir: place.folder, port: String(place.port), ...settings };
  return Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
}

/** Where clients find the server. */
export function redisUrl(port: number): string {
  return `redis://127.0.0.1:${port}`;
}
