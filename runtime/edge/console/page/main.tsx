/**
 * The page's entry point. `../build_page.ts` makes one script of it and all that it imports.
 *
 * @module
 */
import { render } from "preact";
import { invariant } from "../../../../actors/invariant.ts";
import { App } from "./app.tsx";
import { browserWorld } from "./browser.ts";

const place = document.getElementById("page");
invariant(place !== null, "index.html has a place for the page");
render(<App world={browserWorld()} />, place);
