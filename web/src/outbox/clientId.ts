const RANDOM_BYTES = 16;

/**
 * A new identity, given to a draft at its first letter and kept for ever (R1):
 * `optimistic-{13 digits: when the draft began}-{128 random bits}`. No code reads the time in it.
 */
export function newClientId(now: number = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES));
  const random = btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
  return `optimistic-${String(Math.trunc(now)).padStart(13, '0')}-${random}`;
}
