import { describe, expect, it } from 'vitest';
import { linksIn } from './links';

const hrefs = (text: string) => linksIn(text).map((link) => link.href);
const cut = (text: string) => linksIn(text).map((link) => text.slice(link.start, link.end));

describe('what becomes a link', () => {
  it.each([
    ['see https://alderlane.example/larch-45.', 'https://alderlane.example/larch-45'],
    ['(http://alderlane.example/a_b_c)', 'http://alderlane.example/a_b_c'],
    [
      'https://en.wikipedia.example/wiki/Larch_(tree)',
      'https://en.wikipedia.example/wiki/Larch_(tree)',
    ],
    ['*https://alderlane.example*', 'https://alderlane.example'],
    ['write to mailto:shop@alderlane.example, please', 'mailto:shop@alderlane.example'],
    ['call tel:+447700900318!', 'tel:+447700900318'],
    ['shop@alderlane.example?', 'shop@alderlane.example'],
    ['www.alderlane.example/x', 'www.alderlane.example/x'],
  ])('%s', (text, link) => {
    expect(cut(text)).toEqual([link]);
  });

  it('completes what was typed short', () => {
    expect(hrefs('www.alderlane.example shop@alderlane.example')).toEqual([
      'https://www.alderlane.example/',
      'mailto:shop@alderlane.example',
    ]);
  });
});

describe('what never does', () => {
  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt://alderlane.example/%0aalert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:msgbox',
    'file:///etc/passwd',
    'blob:https://alderlane.example/1',
    'https://alderlane.example@evil.example/',
    'https://user:pass@evil.example/',
    'https://',
    'https://nodots',
    'tel:javascript',
    'mailto:a@b@c',
    'ok.so',
    '12:30',
    'a@b',
  ])('%s', (text) => {
    expect(hrefs(text)).toEqual([]);
  });
});

describe('what could deceive is shown as it is', () => {
  it('shows a host that only looks like another by its ASCII name', () => {
    const [link] = linksIn('https://\u0430lderlane.example/x');
    expect(link?.shown).toMatch(/^https:\/\/xn--/);
  });

  it('shows controls that turn the direction around in the open', () => {
    const [link] = linksIn('https://alderlane.example/\u202etxt.exe');
    expect(link?.shown).toBe('https://alderlane.example/%E2%80%AEtxt.exe');
  });

  it('shows where a backslash leads', () => {
    const [link] = linksIn('https://evil.example\\.alderlane.example');
    expect(link?.shown).toBe('https://evil.example/.alderlane.example');
  });

  it('leaves a harmless path as typed', () => {
    expect(linksIn('https://alderlane.example/größe')[0]?.shown).toBe(
      'https://alderlane.example/größe',
    );
  });
});
