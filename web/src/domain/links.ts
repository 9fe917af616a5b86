/** A link inside a message: where it stands (`start`, `end`: offsets), where it goes, and what is shown. */
export interface Link {
  start: number;
  end: number;
  href: string;
  /** As typed; the address in full where what was typed could be taken for another host. */
  shown: string;
}

const OPENERS = new Set(['(', '[', '{', '<', '"', "'", '«', '“', '‘', '*', '_', '~', ',', ';']);
const CLOSERS = new Set([
  '.',
  ',',
  ';',
  ':',
  '!',
  '?',
  '"',
  "'",
  '»',
  '”',
  '’',
  '>',
  ']',
  '}',
  '*',
  '_',
  '~',
]);
const LONGEST = 2048;
// A host beyond ASCII may look like another (а is not a), a backslash counts as a slash, and controls
// that turn the direction around may stand anywhere.
const DECEPTIVE = /^https?:\/\/[^/?#]*[^\x21-\x7e]|[\\\p{Cc}\p{Cf}]/iu;
const EMAIL = /^[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}$/;
const TELEPHONE = /^tel:\+?[\d().-]{3,24}$/i;

/**
 * The links of a text, in order. Only http, https, mailto and tel; never a link that carries a user name,
 * which serves to disguise its host. Linear in the length of the text.
 */
export function linksIn(text: string): Link[] {
  const links: Link[] = [];
  for (const word of text.matchAll(/\S+/g)) {
    if (word[0].length > LONGEST || !mayBeLink(word[0])) continue;
    const link = linkOf(word[0], word.index);
    if (link !== null) links.push(link);
  }
  return links;
}

/** A cheap first look, so that plain words cost next to nothing. */
function mayBeLink(word: string): boolean {
  return word.includes(':') || word.includes('@') || /www\./i.test(word);
}

function linkOf(word: string, offset: number): Link | null {
  let start = 0;
  while (start < word.length && OPENERS.has(word.charAt(start))) start++;
  let end = word.length;
  while (end > start && isTrailing(word, start, end)) end--;
  const typed = word.slice(start, end);
  const href = addressOf(typed);
  if (href === null) return null;
  const shown = DECEPTIVE.test(typed) ? href : typed;
  return { start: offset + start, end: offset + end, href, shown };
}

/** The last character belongs to the sentence; a closing bracket belongs to the link if one was opened in it. */
function isTrailing(word: string, start: number, end: number): boolean {
  const last = word.charAt(end - 1);
  if (last !== ')') return CLOSERS.has(last);
  const open = word.indexOf('(', start);
  return open === -1 || open >= end;
}

function addressOf(typed: string): string | null {
  if (/^https?:\/\//i.test(typed)) return webAddress(typed);
  if (/^www\.[^.]/i.test(typed)) return webAddress(`https://${typed}`);
  if (/^mailto:/i.test(typed)) return EMAIL.test(typed.slice(7)) ? typed : null;
  if (TELEPHONE.test(typed)) return typed;
  return EMAIL.test(typed) ? `mailto:${typed}` : null;
}

function webAddress(typed: string): string | null {
  if (!URL.canParse(typed)) return null;
  const url = new URL(typed);
  if (url.username !== '' || url.password !== '') return null;
  return url.hostname.includes('.') || url.hostname === 'localhost' ? url.href : null;
}
