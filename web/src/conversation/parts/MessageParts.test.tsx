// @vitest-environment happy-dom
import { cleanup, render } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import type { Content } from '../../protocol/shapes';
import { storedRow } from '../../testing/rows';
import { MessageParts, unsupportedWords } from './MessageParts';
import { money, totalOf } from './OrderCard';

afterEach(cleanup);

function drawn(content: Content): HTMLElement {
  return render(<MessageParts message={storedRow(1)} content={content} />).container;
}

const NASTY = '"><img src=x onerror=alert(1)><script>alert(1)</script>';

describe('what a customer controls', () => {
  it('is text wherever it stands: no element and no address comes of it', () => {
    const container = drawn({
      location: { latitude: 1, longitude: 2, name: NASTY, address: NASTY },
      contacts: [
        {
          name: NASTY,
          organisation: NASTY,
          lines: (['phone', 'email', 'address', 'url'] as const).map((kind) => ({
            kind,
            value: NASTY,
            label: NASTY,
          })),
        },
      ],
      form: { name: NASTY, fields: [{ name: NASTY, value: NASTY }] },
      order: {
        catalog: NASTY,
        items: [{ product: NASTY, quantity: 1, price: NASTY, currency: NASTY }],
      },
      referral: { headline: NASTY, body: NASTY, source_url: NASTY, source_type: NASTY },
      product: NASTY,
      unsupported: { kind: NASTY, code: 0, detail: NASTY },
    });
    expect(container.querySelector('img, script')).toBeNull();
    expect(container.textContent).toContain(NASTY);
    const addresses = [...container.querySelectorAll('a')].map((a) => a.getAttribute('href'));
    expect(addresses).toEqual(['geo:1,2']);
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'https://user@host.example/',
    ' https://a.example',
  ])('makes no link of %s', (url) => {
    const line = { kind: 'url', value: url, label: '' } as const;
    const referral = { headline: '', body: '', source_url: url, source_type: '' };
    const container = drawn({
      contacts: [{ name: 'Y', organisation: '', lines: [line] }],
      referral,
    });
    expect(container.querySelector('a')).toBeNull();
  });
});

describe('a message that cannot be shown', () => {
  it('says so in place of everything when it was removed', () => {
    const container = drawn({ revoked_at: '2026-11-22T12:00:00.000Z', forwarded: 'once' });
    expect(container.textContent).toBe('Ines removed this message');
  });

  it('is named by what WhatsApp tells of it', () => {
    const words = (kind: string, code = 131051) => unsupportedWords({ kind, code });
    expect(words('poll_creation')).toBe(
      'A poll, which WhatsApp does not hand on to business software.',
    );
    expect(words('hologram', 0)).toBe('A kind of message not shown here yet (hologram).');
    expect(words('constructor', 0)).toBe('A kind of message not shown here yet (constructor).');
    expect(words('')).toBe(
      'A kind of message that WhatsApp does not hand on to business software.',
    );
    expect(words('', 131060)).toContain('could not hand this message on');
  });
});

describe('an order', () => {
  const line = (price: string, quantity: number, currency = 'GBP') => ({
    product: 'p',
    price,
    quantity,
    currency,
  });

  it('is added up in hundredths', () => {
    expect(totalOf([line('0.10', 1), line('0.20', 1), line('34.50', 2)])?.sum).toBe('69.30');
  });

  it('has no total without prices or in two currencies', () => {
    expect(totalOf([])).toBeNull();
    expect(totalOf([line('', 1)])).toBeNull();
    expect(totalOf([line('1.00', 1), line('1.00', 1, 'EUR')])).toBeNull();
  });

  it('shows an amount in an unknown currency as it came', () => {
    expect(money('1.00', 'shells')).toBe('1.00 shells');
    expect(money('', 'GBP')).toBe('');
  });
});
