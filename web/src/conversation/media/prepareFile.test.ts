// @vitest-environment happy-dom
import { expect, it } from 'vitest';
import { kindOf, prepareFile, sizeFault } from './prepareFile';

const MB = 1_048_576;

it.each([
  ['image/heic', 'image'],
  ['image/webp', 'image'],
  ['image/svg+xml', 'document'],
  ['video/mp4', 'video'],
  ['video/webm', 'document'],
  ['audio/ogg', 'audio'],
  ['audio/wav', 'document'],
  ['application/pdf', 'document'],
  ['', 'document'],
] as const)('a file of type "%s" goes as %s', (type, kind) => {
  expect(kindOf(type)).toBe(kind);
});

it.each([
  ['image', 5],
  ['video', 16],
  ['audio', 16],
  ['document', 100],
] as const)('an oversized %s is refused with its limit named', (kind, limit) => {
  expect(sizeFault(kind, limit * MB)).toBeNull();
  expect(sizeFault(kind, limit * MB + 1)).toContain(`larger than ${limit} MB`);
});

it('a document keeps its name and goes as it is', async () => {
  const file = new File(['words'], 'list.txt', { type: 'text/plain' });
  expect(await prepareFile(file)).toEqual({
    kind: 'document',
    media: { mime_type: 'text/plain', size: 5, filename: 'list.txt', state: 'ready' },
    bytes: file,
  });
});

it('an empty file is refused, whatever it is called', async () => {
  const empty = (name: string, type: string) => prepareFile(new File([], name, { type }));
  for (const file of [await empty('a.txt', 'text/plain'), await empty('a.jpg', 'image/jpeg')]) {
    expect(file).toEqual({ refused: 'This file is empty. Choose another one.' });
  }
});

it('a picture that this browser cannot decode is refused by its kind', async () => {
  // There is no decoder here at all.
  const heic = new File(['ftypheic'], 'IMG_0001.HEIC', { type: '' });
  const refused = await prepareFile(heic);
  expect(refused).toHaveProperty(
    'refused',
    expect.stringContaining('cannot read this HEIC picture'),
  );
});
