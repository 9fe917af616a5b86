/** Code points, Meta's limit for a text; the server counts the same way. */
export const LONGEST_TEXT = 4_096;

/** Categories and fillers that draw nothing. */
const INVISIBLE =
  /[\p{Cc}\p{Cf}\p{Zs}\p{Zl}\p{Zp}\p{Cn}]|\u00ad|\u034f|\u115f|\u1160|\u17b4|\u17b5|\u180e|\u2800|\u3164|\ufeff|\uffa0/gu;

/** Why the server would refuse this text, or null. */
export function textFault(text: string): 'text_empty' | 'text_too_long' | null {
  if (lengthOf(text) > LONGEST_TEXT) return 'text_too_long';
  return text.replaceAll(INVISIBLE, '') === '' ? 'text_empty' : null;
}

/** In code points. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}
