import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../protocol/shapes';
import { KNOWN_CODES, sentenceFor } from './errorSentences';

describe('the sentences agents read', () => {
  it('has exactly one for every code the server can name', () => {
    expect(new Set(KNOWN_CODES)).toEqual(new Set(ERROR_CODES));
  });

  it.each(ERROR_CODES)('%s: plain, ended, without a hole or an exclamation mark', (code) => {
    const full = { whatsapp_code: 131026, limit: 4096, retry_after_seconds: 30 };
    for (const sentence of [sentenceFor(code), sentenceFor(code, full)]) {
      expect(sentence).toMatch(/^[A-Z].*\.$/);
      expect(sentence).not.toMatch(/[!{}]|undefined|NaN| {2}| \./);
      expect(sentence.length).toBeLessThanOrEqual(130);
    }
  });

  it('names WhatsApp’s own number where there is one', () => {
    expect(sentenceFor('undeliverable', { whatsapp_code: 131026 })).toContain('(131026)');
    expect(sentenceFor('undeliverable', {})).not.toContain('(');
  });

  it('says how long to wait', () => {
    expect(sentenceFor('rate_limited', { retry_after_seconds: 2 })).toContain('in 2 seconds');
    expect(sentenceFor('too_many_attempts', { retry_after_seconds: 300 })).toContain(
      'in 5 minutes',
    );
    expect(sentenceFor('rate_limited', {})).toContain('in a moment');
  });

  it('has words for a code it has never heard of, and is not fooled by names every object has', () => {
    expect(sentenceFor('from_the_future', {})).toMatch(/^This was refused\./);
    expect(sentenceFor('toString', {})).toMatch(/^This was refused\./);
  });
});
