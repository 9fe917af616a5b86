import type { MessageRow } from '../protocol/shapes';
import { mediaOf, mediaWord, type MessageMedia } from './media';
import { isStored, type Message } from './message';
import { plainText } from './messageText';

/** A message on one line: what kind it is, and its words. */
export interface Preview {
  kind: PreviewKind;
  text: string;
}

/** All but `text` are names of drawings too. */
export type PreviewKind =
  | 'text'
  | 'image'
  | 'video'
  | 'voice'
  | 'document'
  | 'place'
  | 'contact'
  | 'template'
  | 'sticker'
  | 'unknown';

/** The Cloud API's message types, and the word that stands for one without a text of its own. */
const KINDS: Record<string, { kind: PreviewKind; word: string }> = {
  text: { kind: 'text', word: '' },
  image: { kind: 'image', word: 'Photo' },
  video: { kind: 'video', word: 'Video' },
  audio: { kind: 'voice', word: 'Voice message' },
  document: { kind: 'document', word: 'Document' },
  location: { kind: 'place', word: 'Place' },
  contacts: { kind: 'contact', word: 'Contact' },
  template: { kind: 'template', word: 'Template' },
  sticker: { kind: 'sticker', word: 'Sticker' },
  button: { kind: 'text', word: 'Button' },
  interactive: { kind: 'text', word: 'Answer' },
  order: { kind: 'document', word: 'Order' },
};

/** What agents read in place of a message of a kind that has no drawing yet. */
export const UNKNOWN_KIND_WORDS = 'A kind of message not shown here yet.';

const REMOVED_WORDS = 'Removed a message';

/** A document is called by its name, music by what it is. */
export function previewOf(
  message: Pick<MessageRow, 'message_type' | 'text_content' | 'content'> & {
    media?: MessageMedia | null;
  },
): Preview {
  if (message.content?.revoked_at !== undefined) return { kind: 'unknown', text: REMOVED_WORDS };
  const known = Object.hasOwn(KINDS, message.message_type)
    ? KINDS[message.message_type]
    : undefined;
  if (known === undefined) return { kind: 'unknown', text: UNKNOWN_KIND_WORDS };
  return {
    kind: known.kind,
    text: plainText(message.text_content) || fileWord(message, known.word),
  };
}

function fileWord(message: Parameters<typeof previewOf>[0], word: string): string {
  const media = mediaOf(message);
  if (message.message_type === 'document') return media?.filename ?? word;
  return message.message_type === 'audio' ? mediaWord('audio', message.media ?? null) : word;
}

/** The text only names a card in the list: the card itself says it better. */
export function isOnlyName(message: Message): boolean {
  const content = isStored(message) ? message.content : undefined;
  return content?.location !== undefined || content?.contacts !== undefined;
}

/** The name agents see: name, else number, else user name. */
export function contactName(contact: { name: string; phone?: string; username?: string }): string {
  if (contact.name.trim() !== '') return contact.name;
  if (contact.phone !== undefined) return phoneWords(contact.phone);
  return contact.username === undefined ? 'Unknown contact' : userNameWords(contact.username);
}

/** "447700900318" as "+447700900318"; what is already written out stays. */
export function phoneWords(phone: string): string {
  return /^\d/.test(phone) ? `+${phone}` : phone;
}

export function userNameWords(username: string): string {
  return username.startsWith('@') ? username : `@${username}`;
}

/** The contact or the last words contain what was typed, letter case and accents aside; digits match numbers. */
export function matchesSearch(haystack: readonly (string | undefined)[], typed: string): boolean {
  const wanted = folded(typed.trim());
  if (wanted === '') return true;
  const digits = wanted.replace(/\D/g, '');
  const isNumber = digits.length >= 3 && /^[\d\s+().-]+$/.test(wanted);
  return haystack.some((text) => {
    if (text === undefined) return false;
    return folded(text).includes(wanted) || (isNumber && text.replace(/\D/g, '').includes(digits));
  });
}

function folded(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase();
}
