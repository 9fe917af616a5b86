/** A small whole number that is always the same for the same text; for picking colours, not for secrets. */
export function hash(text: string): number {
  let sum = 0;
  for (let index = 0; index < text.length; index++) {
    sum = (Math.imul(sum, 31) + text.charCodeAt(index)) >>> 0;
  }
  // The low bits of ids that end alike are alike; mix the high ones in.
  return (sum ^ (sum >>> 15)) >>> 0;
}
