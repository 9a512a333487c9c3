/**
 * Words that tell nothing about what a text is about.
 *
 * English only: of other languages' small words, the index itself finds out that they are common. What
 * turns a statement round ("not", "never", "without") is not among them, nor is what orders it
 * ("before", "after", "under").
 *
 * @module
 */

/** The words, as {@link wordsOf} gives them: "don't" arrives there as "do not", "it's" as "it s". */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  `a an the
  i me my mine myself we us our ours ourselves you your yours yourself yourselves
  he him his himself she her hers herself it its itself they them their theirs themselves
  this that these those there here
  am is are was were be been being have has had having do does did doing done
  will would shall should can could may might must ought
  what which who whom whose when where why how
  and or but if because as so than then too very just also
  of at by for with to from in on into about
  s t d m ll re ve`.split(/\s+/),
);
