// Finds headless pronouns and semicolons in a passage of English. A headless pronoun stands where a noun belongs, so
// the reader has to look for the noun in an earlier sentence.

/** Nouns that a relative clause about people may follow. */
const PEOPLE =
  'people|person|someone|somebody|anyone|anybody|nobody|everyone|everybody|owner|operator|user|engineer|colleague|human|attacker|administrator|reader|reviewer|caller|team|contributor|maintainer|member|newcomer';
/** Words that cannot be the noun of the pronoun before them. */
const NO_NOUN =
  "that|who|whom|whose|which|of|in|on|at|with|without|by|to|from|for|above|below|beside|between|after|before|under|over|than|it|they|we|you|he|the|an?|this|these|its|their|is|are|was|were|isn't|has|have|had|does|do|did|can|cannot|could|may|might|must|will|would|should|and|or|but|if|when|as|not|no|still|already|alone|only|too|also|now|left";
/** The start of the passage, or of a sentence or a clause in it. */
const CLAUSE =
  '(?:^[\\s"“«(*]*|[.!?:;,(–—]["”»*)]*\\s+|\\b(?:and|or|but|if|when|because|than|as|that|while|unless|where|so)\\s+)';
const AFTER = '(?=[.,;:)!?"”]|\\s*$|\\s+[–—])';
const NOUNLESS = `(?:${AFTER}|(?=\\s+(?:${NO_NOUN})\\b))`;
/** Words that turn "one" into a substitute for a noun. */
const DETERMINERS =
  'the|this|that|each|every|another|no|any|which|first|second|last|next|other|same|old|new|older|newer|single|half-done|held|due|right|wrong|bad|good|only|real|whole|partial|small|large|long|short|own|broken|blank|empty';

const PATTERNS = [
  ['what', /\b(?:what|whatever|whoever|whomever)\b/gi],
  ['who', new RegExp(`(?<!\\b(?:${PEOPLE})s?,?\\s+)\\bwho\\b`, 'gi')],
  ['those', new RegExp(`\\bthose${NOUNLESS}`, 'gi')],
  ['ones', /\bones\b/gi],
  ['the one', new RegExp(`\\b(?:${DETERMINERS})\\s+one\\b(?!\\s+(?:or|and)\\b)${NOUNLESS}`, 'gi')],
  ['one that', /(?<!\bno )\bone\s+(?:that|who|whose|which|whom)\b/gi],
  ['one', new RegExp(`${CLAUSE}(?:one|of one)\\b(?!\\s+(?:that|who|whose|which|whom)\\b)${NOUNLESS}`, 'gi')],
  [
    'of one',
    new RegExp(`\\b(?:of|by|for|to|with|in|on|from|is|has|have|gets|lists|takes|keeps|wants|not)\\s+one${AFTER}`, 'gi'),
  ],
  ['such', /\bsuch(?:\s+an?\b|(?=\s+(?:that|is|are)\b|[.,;:)]|\s*$))/gi],
  ['such', new RegExp(`${CLAUSE}such\\b(?!\\s+(?:as|an?|that|is|are)\\b)`, 'gi')],
  ['none', new RegExp(`${CLAUSE}none\\b`, 'gi')],
  ['others', /\bothers\b/gi],
  ['that', /\bthat\s+which\b/gi],
  ['that', /(?:^[\s"“«(*]*|[.!?:;]["”»*)]*\s+)that\s+(?:the|an?|it|they|no|nobody|nothing|every)\b/gi],
];

const PRONOUN = /\b(?:what|whatever|whoever|whomever|who|those|ones?|such|none|others|that)\b/i;
const MAY_ASK = new Set(['what', 'who']);
/** A question may begin with the pronoun, because the answer is the noun. */
const QUESTION = /(?:^|(?<=[.!:;]\s))[^.!?:;]*\?/g;
/** The words of a list of values: `none` in a cell is a value. */
const ONE_WORD = /^\s*[\w-]+\s*$/;

/**
 * @param passage one comment, paragraph, table cell or test name, with code blanked out
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
