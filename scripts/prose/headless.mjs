// Finds headless pronouns and semicolons in a passage of English. A headless pronoun stands where a noun belongs, so
// the reader has to look for the noun in an earlier sentence.

/** Nouns that a relative clause about people may follow. */
const PEOPLE =
  'people|person|someone|somebody|anyone|anybody|nobody|everyone|everybody|owner|operator|user|engineer|colleague|human|attacker|administrator|reader|reviewer|caller|team|contributor|maintainer|member|newcomer';
/** Words that cannot be the noun of the pronoun before them. */
const NO_NOUN =
  "that|who|whom|whose|which|of|in|on|at|with|without|by|to|from|for|above|below|beside|between|after|before|under|over|than|it|they|we|you|he|the|an?|this|these|its|their|is|are|was|were|isn't|has|have|had|does|do|did|can|cannot|could|may|might|must|will|would|should|and|or|but|if|when|as|not|no|still|already|alone|only|too|also|now|left";
/** Words that follow "both", "each" or "all" only if no noun does. */
const VERBS =
  "that|who|whom|whose|which|of|in|on|at|it|they|we|you|he|is|are|was|were|isn't|has|have|had|does|do|did|can|cannot|could|may|might|must|will|would|should|and|or|but|if|when|not|no";
/** The start of the passage or of a sentence in it. */
const SENTENCE = '(?:^[\\s"“«(*]*|[.!?:][")”»*]*\\s+)';
/** The start of the passage, or of a sentence or a clause in it. */
const CLAUSE =
  '(?:^[\\s"“«(*]*|[.!?:;,(–—]["”»*)]*\\s+|\\b(?:and|or|but|if|when|because|than|as|that|while|unless|where|so)\\s+)';
const AFTER = '(?=[.,;:)!?"”]|\\s*$|\\s+[–—])';
const NOUNLESS = `(?:${AFTER}|(?=\\s+(?:${NO_NOUN})\\b))`;
const VERB_FOLLOWS = `(?:${AFTER}|(?=\\s+(?:${VERBS})\\b))`;

const PATTERNS = [
  ['what', /\b(?:what|whatever|whoever|whomever)\b/gi],
  ['who', new RegExp(`(?<!\\b(?:${PEOPLE})s?,?\\s+)\\bwho\\b`, 'gi')],
  ['those', new RegExp(`\\bthose${NOUNLESS}`, 'gi')],
  ['ones', /\bones\b/gi],
  ['one', new RegExp(`\\bone\\b(?!\\s+(?:or|and)\\b)${NOUNLESS}`, 'gi')],
  // At the start of a sentence, a noun with its article is easier to read than a numeral.
  ['one', new RegExp(`${SENTENCE}one\\b(?!-)`, 'gi')],
  ['such', /\bsuch(?:\s+an?\b|(?=\s+(?:that|is|are)\b|[.,;:)]|\s*$))/gi],
  ['such', new RegExp(`${CLAUSE}such\\b(?!\\s+(?:as|an?|that|is|are)\\b)`, 'gi')],
  ['none', new RegExp(`${CLAUSE}none\\b`, 'gi')],
  ['other', new RegExp(`\\bothers\\b|(?:\\bthe other|(?<!\\bone )\\banother)${NOUNLESS}`, 'gi')],
  ['each', new RegExp(`${SENTENCE}(?:both|each|all|either|neither|some|most|several|many)${VERB_FOLLOWS}`, 'gi')],
  ['that', /\bthat\s+which\b/gi],
  ['that', /(?:^[\s"“«(*]*|[.!?:;]["”»*)]*\s+)that\s+(?:the|an?|it|they|no|nobody|nothing|every)\b/gi],
];

const PRONOUN =
  /\b(?:what|whatever|whoever|whomever|who|those|ones?|such|none|others?|another|both|each|all|either|neither|some|most|several|many|that)\b/i;
const MAY_ASK = new Set(['what', 'who']);
/** A question may begin with the pronoun, because the answer is the noun. */
const QUESTION = /(?:^|(?<=[.!:;]\s))[^.!?:;]*\?/g;
/** The words of a list of values: `none` in a cell is a value. */
const ONE_WORD = /^\s*[\w-]+\s*$/;

/**
 * @param passage a comment, paragraph, table cell or test name, with code blanked out
 * @param isHeading a heading may be a question without its mark
 * @returns the findings in the order of the text. `index` is an offset in the passage
 */
export function findHeadless(passage, isHeading = false) {
  if (ONE_WORD.test(passage)) {
    return [];
  }
  const questions = isHeading ? [[0, passage.length]] : [...passage.matchAll(QUESTION)].map(spanOf);
  const asks = ({ index }) => questions.some(([start, end]) => index >= start && index < end);
  const findings = PATTERNS.flatMap(([kind, pattern]) =>
    [...passage.matchAll(pattern)]
      .filter((match) => !(MAY_ASK.has(kind) && asks(match)))
      .map((match) => ({ kind, index: match.index + match[0].search(PRONOUN) })),
  );
  // Two patterns may find the same word.
  return [...new Map(findings.map((finding) => [finding.index, finding])).values()].sort((a, b) => a.index - b.index);
}

/** @returns the offsets of the semicolons that end a clause, without the ends of HTML entities */
export const findSemicolons = (passage) => [...passage.matchAll(/(?<!&#?\w{1,8});(?=\s|$)/g)].map(({ index }) => index);

export const countWords = (passage) => (passage.match(/[A-Za-z][A-Za-z'’-]*/g) ?? []).length;

function spanOf(match) {
  return [match.index, match.index + match[0].length];
}
