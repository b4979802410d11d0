/**
 * Text from outside (a file's name, a layer's name) made fit for one line of a message or a terminal: control
 * characters, line breaks, marks that turn the writing direction and what takes no room at all become `\u....` escapes.
 * Everything else stays, the joiners that some scripts are written with too.
 *
 * @example printable('a\nb') // 'a\\u000ab'
 */
export const printable = (text: string): string => text.replace(UNSEEN, (c) => {
  const code = c.codePointAt(0)!.toString(16);
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
});

// eslint-disable-next-line no-control-regex, no-misleading-character-class -- characters that are not seen are what is looked for
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\u{e0000}-\u{e0fff}]/gu;

/** The most letters of a name that messages show: nobody reads more, and a file may have names of millions. */
const LONGEST = 200;

/**
 * A name from outside as messages show it: {@link printable}, and cut where it is longer than any that people give.
 *
 * @example nameText('a'.repeat(300)) // 'aaa...aaa' with 200 letters, then '... (300 characters)'
 */
export const nameText = (name: string): string =>
  (name.length <= LONGEST ? printable(name) : `${printable(name.slice(0, LONGEST))}... (${name.length} characters)`);

/** The most names that a message lists. */
const MOST_LISTED = 40;

/** Names from outside as messages list them: `a, b, c`; of very many the first. */
export const namesText = (names: readonly string[]): string =>
  `${names.slice(0, MOST_LISTED).map(nameText).join(', ')}${names.length > MOST_LISTED ? `, ... (${names.length} in all)` : ''}`;
