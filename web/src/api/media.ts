import { ANSWER_WITHIN_MS, commonHeaders, NoAnswerError, refusal } from './http';

/** What the server says of a file that it has taken. */
export interface UploadedMedia {
  id: string;
}

export interface Upload {
  bytes: Blob;
  mimeType: string;
  filename: string | undefined;
  /** As a file to be kept, whatever is in it. */
  asDocument: boolean;
}

const STALLED_AFTER_MS = 2 * ANSWER_WITHIN_MS;

/**
 * Gives the server a file; the same bytes again are the same file. `onProgress`: the part that has left, 0 to 1.
 * Raises ApiError, or NoAnswerError, also when nothing moves for half a minute.
 */
export function uploadMedia(
  { bytes, mimeType, filename, asDocument }: Upload,
  onProgress: (part: number) => void,
  signal: AbortSignal,
): Promise<UploadedMedia> {
  const question = 'POST /api/media';
  const xhr = new XMLHttpRequest();
  return new Promise<UploadedMedia>((resolve, reject) => {
    const lost = () => reject(new NoAnswerError(`${question}: no answer`));
    let timer = setTimeout(() => xhr.abort(), STALLED_AFTER_MS);
    const moved = () => {
      clearTimeout(timer);
      timer = setTimeout(() => xhr.abort(), STALLED_AFTER_MS);
    };
    xhr.upload.addEventListener('progress', ({ loaded, total }) => {
      moved();
      onProgress(total > 0 ? loaded / total : 0);
    });
    xhr.addEventListener('error', lost);
    xhr.addEventListener('abort', lost);
    xhr.addEventListener('loadend', () => clearTimeout(timer));
    xhr.addEventListener('load', () => {
      const answer: unknown = readJson(xhr.responseText);
      if (xhr.status === 200 || xhr.status === 201) {
        resolve((answer as { media: UploadedMedia }).media);
        return;
      }
      const headers = new Headers();
      for (const name of ['Content-Type', 'Retry-After']) {
        headers.set(name, xhr.getResponseHeader(name) ?? '');
      }
      const fault = refusal({ status: xhr.status, headers }, answer);
      reject(fault ?? new NoAnswerError(`${question}: ${xhr.status}`));
    });
    signal.addEventListener('abort', () => xhr.abort(), { once: true });
    xhr.open('POST', '/api/media');
    const about = {
      ...commonHeaders('POST'),
      'Content-Type': mimeType,
      ...(filename === undefined ? {} : { 'Forthwith-Filename': encodeURIComponent(filename) }),
      ...(asDocument ? { 'Forthwith-As': 'document' } : {}),
    };
    for (const [name, value] of Object.entries(about)) xhr.setRequestHeader(name, value);
    if (signal.aborted) lost();
    else xhr.send(bytes);
  });
}

/** Where the bytes of a message's file are. */
export function mediaAddress(clientId: string, download = false): string {
  return `/api/messages/${encodeURIComponent(clientId)}/media${download ? '?download=1' : ''}`;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
