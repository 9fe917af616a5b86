import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOnlyEmoji, plainText, readMessageText, type TextNode } from './messageText';

/** Nodes written back as a line that a reader can follow: bold b[..], link (text→href). */
function written(nodes: readonly TextNode[]): string {
  return nodes
    .map((node) => {
      if (node.kind === 'text') return node.text;
      if (node.kind === 'link') return `(${node.text}→${node.href})`;
      if ('children' in node) return `${node.kind}[${written(node.children)}]`;
      return `${node.kind}[${node.text}]`;
    })
    .join('');
}

/** The words of the nodes, one after another. */
function words(nodes: readonly TextNode[]): string {
  return nodes.map((node) => ('children' in node ? words(node.children) : node.text)).join('');
}

describe('marks', () => {
  it.each([
    ['*Bold* is bold, _italic_ is italic', 'bold[Bold] is bold, italic[italic] is italic'],
    ['~gone~ and `48-32`', 'strike[gone] and code[48-32]'],
    ['*_both_*', 'bold[italic[both]]'],
    ['_*~all~*_', 'italic[bold[strike[all]]]'],
    ['(*yes*)!', '(bold[yes])!'],
    ['*a* *b*', 'bold[a] bold[b]'],
    ['```\nlet x = *y*\n```', 'block[let x = *y*]'],
    ['a ```b``` *c*', 'a block[b] bold[c]'],
    ['*größe* _日本_', 'bold[größe] italic[日本]'],
  ])('%s', (text, nodes) => {
    expect(written(readMessageText(text))).toBe(nodes);
  });

  it.each([
    '2*3*4',
    'snake_case_name',
    '* not bold *',
    '*not\nbold*',
    '**',
    '* ',
    '*open',
    '`no\ncode`',
    '``',
    '```',
    '``````',
    'a * b * c',
    '~ ~',
  ])('leaves %j as it is', (text) => {
    expect(readMessageText(text)).toEqual([{ kind: 'text', text }]);
  });

  it('gives back a mark that never closes, and keeps what closed inside it', () => {
    expect(written(readMessageText('*a _b_ c'))).toBe('*a italic[b] c');
    expect(written(readMessageText('*a _b* c_'))).toBe('bold[a _b] c_');
  });

  it('does not read marks inside a link, and reads them around it', () => {
    expect(written(readMessageText('*https://a.example/x_y_z* _b_'))).toBe(
      'bold[(https://a.example/x_y_z→https://a.example/x_y_z)] italic[b]',
    );
  });
});

describe('hostile text', () => {
  const attacks = [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '"><svg onload=alert(1)>',
    '[x](javascript:alert(1))',
    '*<b onclick=alert(1)>*',
    '&lt;script&gt;',
    '{{constructor.constructor("alert(1)")()}}',
    '${alert(1)}',
  ];

  it.each(attacks)('%s stays text', (text) => {
    for (const node of readMessageText(text)) expect(['text', 'bold']).toContain(node.kind);
    expect(plainText(text)).toBe(text.replaceAll('*', ''));
  });

  it('loses no character of any text but the marks it reads', () => {
    const piece = fc.constantFrom(
      '*',
      '_',
      '~',
      '`',
      '```',
      '\n',
      ' ',
      'a',
      'é',
      '🚲',
      ' https://a.example ',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        const bare = (line: string) => line.replace(/[*_~`\s]/g, '');
        expect(bare(words(readMessageText(text)))).toBe(bare(text));
      }),
    );
  });

  it.each([
    ['opening marks', '*a _b ~c '.repeat(12_000)],
    ['closing marks', 'a* b_ c~ '.repeat(12_000)],
    ['marks alone', '*_~`'.repeat(25_000)],
    ['backticks', '`'.repeat(100_000)],
    ['backticks over lines', '`\n'.repeat(50_000)],
    ['fences', '``` ```'.repeat(15_000)],
    ['links', 'www.a.b '.repeat(12_500)],
    ['one long word', `https://${'a'.repeat(100_000)}`],
    ['brackets', `https://a.example/${')'.repeat(2_000)} `.repeat(50)],
    ['at signs', 'a@'.repeat(50_000)],
    ['nothing special', 'a'.repeat(100_000)],
    ['lines', '*\n'.repeat(50_000)],
  ])('100 KB of %s is read in less than 50 ms', (_, text) => {
    // The fastest of some: the machine may be busy, but a quadratic reader is never fast.
    let fastest = Infinity;
    for (let run = 0; run < 40 && fastest >= 50; run++) {
      const started = performance.now();
      readMessageText(text);
      fastest = Math.min(fastest, performance.now() - started);
    }
    expect(fastest).toBeLessThan(50);
  });
});

it('puts a preview on one line, without marks, from the beginning of the text only', () => {
  expect(plainText('*Hello*\n\n  _there_ ')).toBe('Hello there');
  expect(plainText('a'.repeat(100_000)).length).toBe(300);
});

it('knows a message of a few emoji', () => {
  for (const text of ['👌', '❤️', '👍🏽', '👩‍👩‍👧', '🇳🇱', '😀 😀 😀'])
    expect(isOnlyEmoji(text)).toBe(true);
  for (const text of ['', '👌 ok', '1', '#', '😀😀😀😀', ' '])
    expect(isOnlyEmoji(text)).toBe(false);
});
