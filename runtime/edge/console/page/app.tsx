/**
 * The page as a whole: who asks, where in it the reader is, and what stands around each screen.
 *
 * @module
 */
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { Api } from "./api.ts";
import type { World } from "./browser.ts";
import { KeyForm } from "./key_form.tsx";
import { HOME, parseRoute, type Route } from "./route.ts";
import { ScreenOf } from "./screens.tsx";
import { NowContext, type Services, ServicesContext } from "./services.ts";
import { TopBar } from "./top_bar.tsx";

/** Under this name the tab keeps the key. */
const KEY_NAME = "synapse_api_key";

/** How often times are told anew, in milliseconds. */
const TICK_MS = 5000;

/** The page. */
export function App({ world }: { readonly world: World }) {
  const [key, setKey] = useState(() => world.storage.getItem(KEY_NAME));
  const [refused, setRefused] = useState(false);
  const route = useRoute();
  const now = useTick(world);
  const onUnauthorized = useCallback(() => setRefused(true), []);
  const services: Services = useMemo(
    () => ({ world, api: new Api(world, key), onUnauthorized }),
    [world, key, onUnauthorized],
  );
  const keep = (key: string) => {
    world.storage.setItem(KEY_NAME, key);
    setKey(key);
    setRefused(false);
  };
  const forget = () => {
    world.storage.removeItem(KEY_NAME);
    setKey(null);
    setRefused(true);
  };
  return (
    <ServicesContext.Provider value={services}>
      <NowContext.Provider value={now}>
        <a class="skip" href="#content" onClick={focusContent}>To the content</a>
        <TopBar route={route} onForget={key === null || refused ? null : forget} />
        <main id="content" tabIndex={-1}>
          {refused ? <KeyForm known={key} onKey={keep} /> : <ScreenOf route={route} />}
        </main>
      </NowContext.Provider>
    </ServicesContext.Provider>
  );
}

/** The part of the address after `#` is the route, so this link must not change it. */
function focusContent(event: Event): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

function useRoute(): Route {
  const [route, setRoute] = useState<Route>(() =>
    location.hash === "" ? HOME : parseRoute(location.hash)
  );
  useEffect(() => {
    const read = () => setRoute(parseRoute(location.hash));
    addEventListener("hashchange", read);
    return () => removeEventListener("hashchange", read);
  }, []);
  return route;
}

function useTick({ clock }: World): number {
  const [now, setNow] = useState(() => clock.now());
  useEffect(() => {
    const stop = new AbortController();
    const tick = async () => {
      while (!stop.signal.aborted) {
        await clock.sleep(TICK_MS, stop.signal);
        if (!stop.signal.aborted) setNow(clock.now());
      }
    };
    void tick();
    return () => stop.abort();
  }, [clock]);
  return now;
}
