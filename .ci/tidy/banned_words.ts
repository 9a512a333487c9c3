/**
 * Words that give away a machine, a network or unfinished work.
 *
 * @module
 */
import { type Fault, isTest, lineAt, type SourceFile } from "./source_file.ts";

interface BannedWord {
  readonly pattern: RegExp;
  readonly why: string;
  /** Files in which the word is meant. */
  readonly except?: (path: string) => boolean;
}

const isDoc = (path: string) => path.endsWith(".md");
const isTestOrDoc = (path: string) => isTest(path) || isDoc(path);

const BANNED_WORDS: readonly BannedWord[] = [
  { pattern: /(?<![\w.-])\/(root|home|work)\//g, why: "is a path of one machine" },
  {
    pattern: /(?<![\w.-])\/tmp\//g,
    why: "is a path of one machine: use Deno.makeTempDir",
    except: isTestOrDoc,
  },
  { pattern: /\bjsr:/g, why: "is from a registry that not every build reaches: use npm" },
  { pattern: /https:\/\/deno\.land\//g, why: "is fetched at run time: use npm", except: isDoc },
  {
    pattern:
      /\b(registry\.(npmjs\.org|yarnpkg\.com)|npm\.jsr\.io|jsr\.io|esm\.sh|unpkg\.com|cdn\.jsdelivr\.net)\b/g,
    why: "is a registry's host: leave the choice to the environment",
    except: isDoc,
  },
  { pattern: /\b(FIXME|XXX)\b/g, why: "marks unfinished work" },
  { pattern: /\bnot implemented\b/gi, why: "marks unfinished work" },
];

/** This rule and its test hold the words themselves. */
const OWN = /^\.ci\/tidy\/banned_words(_test)?\.ts$/;

/** Rule: no file holds a banned word. */
export function bannedWords(files: readonly SourceFile[]): Fault[] {
  const faults: Fault[] = [];
  for (const { path, text } of files.filter(({ path }) => !OWN.test(path))) {
    for (const { pattern, why, except } of BANNED_WORDS) {
      if (except?.(path)) continue;
      for (const match of text.matchAll(pattern)) {
        faults.push({ path, line: lineAt(text, match.index), message: `"${match[0]}" ${why}` });
      }
    }
  }
  return faults;
}
