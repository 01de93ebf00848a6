/**
 * Name patterns: `*` is any run of characters, `?` any one character, `#` one decimal digit; all else is literal and the
 * whole name must match. Deliberately no regular expressions: names come from senders, and this matcher takes at most
 * pattern x name steps whatever either says.
 */
export const matchesPattern = (pattern: string, name: string): boolean => {
  let patternAt = 0;
  let nameAt = 0;
  let starAt = -1;
  let nameAtStar = 0;
  while (nameAt < name.length) {
    const expected = pattern.charCodeAt(patternAt);
    if (expected === STAR) {
      starAt = patternAt;
      nameAtStar = nameAt;
      patternAt += 1;
    } else if (matchesOne(expected, name.charCodeAt(nameAt))) {
      patternAt += 1;
      nameAt += 1;
    } else if (starAt !== -1) {
      nameAtStar += 1;
      nameAt = nameAtStar;
      patternAt = starAt + 1;
    } else return false;
  }
  while (pattern.charCodeAt(patternAt) === STAR) patternAt += 1;
  return patternAt === pattern.length;
};

const STAR = 42;
const QUESTION_MARK = 63;
const HASH = 35;
const ZERO = 48;
const NINE = 57;

const matchesOne = (expected: number, found: number): boolean => {
  if (expected === HASH) return found >= ZERO && found <= NINE;
  return expected === found || expected === QUESTION_MARK;
};

/** The letters a to z of a text as a set of bits; all other characters are left out. */
export const lettersOf = (text: string): number => {
  let letters = 0;
  for (let at = 0; at < text.length; at += 1) letters |= letterBit(text.charCodeAt(at));
  return letters;
};

/** The bit of a letter a to z in a set, 0 for every other character. */
export const letterBit = (code: number): number => (code >= LETTER_A && code <= LETTER_Z ? 1 << (code - LETTER_A) : 0);

const LETTER_A = 97;
const LETTER_Z = 122;

/** Characters of a pattern that are no `*`: the more, the more it says. */
export const patternWeight = (pattern: string): number => pattern.replaceAll('*', '').length;

/** The literal characters a pattern begins with; '' when it begins with a wildcard. */
export const literalStart = (pattern: string): string => /^[^*?#]*/.exec(pattern)?.[0] ?? '';

/** A name the pattern matches: shortest, with `x` for any character and `0` for a digit. */
export const patternWitness = (pattern: string): string => pattern.replaceAll('*', '').replaceAll('?', 'x').replaceAll('#', '0');
