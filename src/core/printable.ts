/**
 * Text from outside (a file's name, a layer's name) made fit for one line of a message or a terminal: control
 * characters, line breaks and marks that turn the writing direction become `\u....` escapes. Everything else stays.
 *
 * @example printable('a\nb') // 'a\\u000ab'
 */
export const printable = (text: string): string =>
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  text.replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
