import type { Media, UploadedMedia } from '../protocol/shapes';

/** The Cloud API's message types that carry a file. */
export type MediaKind = UploadedMedia['kind'];

/** A message's file as it is drawn: from its stored row, or from this browser before there is one. */
export type MessageMedia = Omit<Media, 'id'>;

/** Meta's. */
export const MEGABYTE = 1_048_576;

/** Megabytes that WhatsApp takes of each kind. */
export const LIMIT_MB: Readonly<Record<MediaKind, number>> = {
  image: 5,
  video: 16,
  audio: 16,
  document: 100,
  sticker: 0.5,
};

/** Code points of the words under a file, Meta's limit. */
export const LONGEST_CAPTION = 1_024;

const KINDS: ReadonlySet<string> = new Set(Object.keys(LIMIT_MB));

export function isMediaKind(type: string): type is MediaKind {
  return KINDS.has(type);
}

/** The file of a message, null where it has none. */
export function mediaOf(message: {
  message_type: string;
  media?: MessageMedia | null;
}): MessageMedia | null {
  if (!isMediaKind(message.message_type)) return null;
  // One that came before files were kept has none: it can only be said that it is gone.
  return message.media ?? { mime_type: '', size: 0, state: 'gone' };
}

/** What an agent calls it. */
export function mediaWord(kind: string, media: MessageMedia | null): string {
  if (kind === 'audio') return media && !media.voice ? 'Audio' : 'Voice message';
  return { image: 'Photo', video: 'Video', sticker: 'Sticker' }[kind] ?? 'Document';
}

/** Pixels reserved for a file in its bubble: the same before and after anything of it is loaded. */
export interface MediaBox {
  width: number;
  height: number;
}

const LARGEST = { width: 300, height: 320 };
const SMALLEST = { width: 140, height: 72 };
const UNKNOWN = { width: 240, height: 180 };
const FIXED: Partial<Record<MediaKind, MediaBox>> = {
  sticker: { width: 160, height: 160 },
  audio: { width: 268, height: 38 },
  document: { width: 258, height: 56 },
};

export function boxOf(kind: MediaKind, { width, height, state }: MessageMedia): MediaBox {
  if (state === 'gone') return { width: 258, height: 56 };
  const fixed = FIXED[kind];
  if (fixed) return fixed;
  if (!width || !height) return UNKNOWN;
  const scale = Math.min(1, LARGEST.width / width, LARGEST.height / height);
  return {
    width: Math.round(Math.max(SMALLEST.width, width * scale)),
    height: Math.round(Math.max(SMALLEST.height, height * scale)),
  };
}

/** "214 kB", "3.2 MB". */
export function sizeWords(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  if (bytes < 999_500) return `${Math.round(bytes / 1_000)} kB`;
  const megabytes = bytes / 1_000_000;
  return `${megabytes < 10 ? megabytes.toFixed(1) : Math.round(megabytes)} MB`;
}

/** "0:34". */
export function durationWords(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
