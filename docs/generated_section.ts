/**
 * Parts of a document that are made from code, between two comments that name them.
 *
 * @module
 */

/** The part of a document between `<!-- NAME: generated -->` and `<!-- NAME: end -->`, trimmed. */
export function readSection(markdown: string, name: string): string | null {
  const match = pattern(name).exec(markdown);
  return match?.[2]?.trim() ?? null;
}

/** The document with another text in that part; unchanged when it has no such part. */
export function writeSection(markdown: string, name: string, text: string): string {
  return markdown.replace(
    pattern(name),
    (_all, begin: string, _old: string, end: string) => `${begin}\n\n${text}\n\n${end}`,
  );
}

function pattern(name: string): RegExp {
  const escaped = RegExp.escape(name);
  return new RegExp(`(<!-- ${escaped}: generated -->)(.*?)(<!-- ${escaped}: end -->)`, "s");
}
