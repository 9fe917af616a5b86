import type { MediaBox } from '../domain/media';

const drawn = new Map<string, MediaBox>();

/**
 * The box in which this browser has drawn a file first: measured before Enter, it is kept when the server has
 * measured the file otherwise (R20). A box that is only a guess, or a card, is not kept.
 */
export function boxOnce(key: string, box: MediaBox): MediaBox {
  return drawn.get(key) ?? box;
}

export function keepBox(key: string, box: MediaBox): void {
  if (!drawn.has(key)) drawn.set(key, box);
}
