import {
  LIMIT_MB,
  MEGABYTE,
  mediaWord,
  type MediaKind,
  type MessageMedia,
} from '../../domain/media';
import { readyImage } from './readyImage';

/** A file as WhatsApp takes it, or why it cannot be sent. */
export type PreparedFile =
  | { kind: MediaKind; media: MessageMedia; bytes: Blob }
  | { refused: string };

const PICTURES = /^image\/(?!svg)/;
const VIDEOS: ReadonlySet<string> = new Set(['video/mp4', 'video/3gpp']);
const SOUNDS: ReadonlySet<string> = new Set([
  'audio/aac',
  'audio/amr',
  'audio/mpeg',
  'audio/mp4',
  'audio/ogg',
  'audio/x-m4a',
]);
const BY_ENDING: Readonly<Record<string, string>> = { heic: 'image/heic', heif: 'image/heif' };

/** What kind of message it becomes: what WhatsApp does not know to show goes as a document. */
export function kindOf(type: string): MediaKind {
  if (PICTURES.test(type)) return 'image';
  if (VIDEOS.has(type)) return 'video';
  return SOUNDS.has(type) ? 'audio' : 'document';
}

/** Of a picture `size` is what is left of it after shrinking. */
export function sizeFault(kind: MediaKind, size: number): string | null {
  if (size === 0) return 'This file is empty. Choose another one.';
  const limit = LIMIT_MB[kind];
  if (size <= limit * MEGABYTE) return null;
  const what = mediaWord(kind, { mime_type: '', size, state: 'ready' }).toLowerCase();
  return `This ${what} is larger than ${limit} MB, the most that WhatsApp takes. Choose a smaller one.`;
}

export async function prepareFile(file: File): Promise<PreparedFile> {
  const [, ending = ''] = /\.(\w+)$/.exec(file.name.toLowerCase()) ?? [];
  const type = file.type || (BY_ENDING[ending] ?? 'application/octet-stream');
  const kind = kindOf(type);
  if (kind === 'image' && file.size > 0) return preparePicture(file, ending);
  const fault = sizeFault(kind, file.size);
  if (fault !== null) return { refused: fault };
  const measured = kind === 'document' ? {} : await measure(kind, file);
  const named = kind === 'document' ? { filename: file.name } : {};
  const media: MessageMedia = {
    mime_type: type,
    size: file.size,
    ...named,
    ...measured,
    state: 'ready',
  };
  return { kind, media, bytes: file };
}

async function preparePicture(file: File, ending: string): Promise<PreparedFile> {
  const picture = await readyImage(file);
  if (!picture) {
    const what = ending === '' ? 'this picture' : `this ${ending.toUpperCase()} picture`;
    return { refused: `This browser cannot read ${what}. Save it as JPEG, then choose it again.` };
  }
  const { bytes, width, height } = picture;
  const fault = sizeFault('image', bytes.size);
  if (fault !== null) return { refused: fault };
  const media: MessageMedia = {
    mime_type: bytes.type,
    size: bytes.size,
    width,
    height,
    state: 'ready',
  };
  return { kind: 'image', media, bytes };
}

const MEASURED_WITHIN_MS = 4_000;

/** Size and length as the browser reads them; what it cannot play is sent without. */
async function measure(kind: MediaKind, file: File): Promise<Partial<MessageMedia>> {
  const url = URL.createObjectURL(file);
  const player = document.createElement(kind === 'video' ? 'video' : 'audio');
  try {
    player.preload = 'metadata';
    player.src = url;
    const isRead = await new Promise<boolean>((resolve) => {
      player.addEventListener('loadedmetadata', () => resolve(true));
      player.addEventListener('error', () => resolve(false));
      setTimeout(resolve, MEASURED_WITHIN_MS, false);
    });
    if (!isRead) return {};
    const duration = Number.isFinite(player.duration)
      ? { duration_ms: Math.round(player.duration * 1_000) }
      : {};
    const isVideo = player instanceof HTMLVideoElement && player.videoWidth > 0;
    return isVideo
      ? { ...duration, width: player.videoWidth, height: player.videoHeight }
      : duration;
  } finally {
    player.removeAttribute('src');
    URL.revokeObjectURL(url);
  }
}
