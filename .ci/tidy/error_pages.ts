/**
 * Whoever meets an error code finds out what it means and what to do.
 *
 * @module
 */
import type { Fault, SourceFile } from "./source_file.ts";

const PAGE = /^docs\/errors\/([^/]+)\.md$/;
const SECTIONS = ["What happened", "What to do"];

/** Rule: each code has its page, each page its two sections, and no page outlives its code. */
export function errorPages(files: readonly SourceFile[], codes: Iterable<string>): Fault[] {
  const wanted = new Set(codes);
  const faults: Fault[] = [];
  for (const { path, text } of files) {
    const code = PAGE.exec(path)?.[1];
    if (code === undefined) continue;
    if (!wanted.delete(code)) faults.push({ path, message: `There is no error code ${code}` });
    if (!text.startsWith(`# ${code}\n`)) {
      faults.push({ path, line: 1, message: `Wanted the title "# ${code}"` });
    }
    for (const section of SECTIONS) {
      // Something other than a blank line or the next title must follow.
      if (!new RegExp(`^## ${section}\\n+(?!#)\\S`, "m").test(text)) {
        faults.push({ path, message: `Wanted a section "## ${section}" with text` });
      }
    }
  }
  for (const code of wanted) {
    faults.push({ path: `docs/errors/${code}.md`, message: `Is missing: code ${code} needs it` });
  }
  return faults;
}
