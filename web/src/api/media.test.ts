import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { stubUploads, type FakeXhr } from '../testing/fakeUploads';
import { NoAnswerError, speakFor, type ApiError } from './http';
import { mediaAddress, uploadMedia } from './media';

const media = { id: 'media-1', kind: 'document', mime_type: 'application/pdf', size: 5 };
let asked: FakeXhr[];
let parts: number[];
let stopping: AbortController;

function upload() {
  const bytes = new Blob(['bytes']);
  const file = { bytes, mimeType: 'application/pdf', filename: 'Größe 1.pdf', asDocument: true };
  return uploadMedia(file, (part) => parts.push(part), stopping.signal);
}

beforeEach(() => {
  asked = stubUploads();
  parts = [];
  stopping = new AbortController();
  speakFor('agent-ana');
});
afterEach(() => {
  speakFor(null);
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('says what the file is, tells how far it is, and resolves with what it has become', async () => {
  const uploading = upload();
  const [xhr] = asked;
  expect(xhr?.headers).toEqual({
    ':path': 'POST /api/media',
    'Forthwith-Protocol': '1',
    'Forthwith-Agent': 'agent-ana',
    'Content-Type': 'application/pdf',
    'Forthwith-Filename': 'Gr%C3%B6%C3%9Fe%201.pdf',
    'Forthwith-As': 'document',
  });
  xhr?.progress(2, 5);
  xhr?.answer(201, { media });
  expect(await uploading).toEqual(media);
  expect(parts).toEqual([0.4]);
});

test('a refusal is the server’s word, an error page of something between is not', async () => {
  const refused = upload();
  asked[0]?.answer(413, { code: 'media_too_large', params: { limit_mb: 5 }, title: '' });
  await expect(refused).rejects.toMatchObject({
    code: 'media_too_large',
    params: { limit_mb: 5 },
  } satisfies Partial<ApiError>);
  const page = upload();
  asked[1]?.answer(502, {});
  await expect(page).rejects.toBeInstanceOf(Error);
});

test('a line that breaks, and a page that stops it, have no answer', async () => {
  const lost = upload();
  asked[0]?.lose();
  await expect(lost).rejects.toBeInstanceOf(NoAnswerError);
  const stopped = upload();
  stopping.abort();
  await expect(stopped).rejects.toBeInstanceOf(NoAnswerError);
  expect(asked[1]?.hasEnded).toBe(true);
});

test('one that moves may take long; one that stands still for half a minute is given up', async () => {
  vi.useFakeTimers();
  const slow = upload();
  const given = vi.fn();
  slow.catch(given);
  for (let n = 1; n < 10; n++) {
    await vi.advanceTimersByTimeAsync(29_000);
    asked[0]?.progress(n, 10);
  }
  expect(given).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(given).toHaveBeenCalledOnce();
});

test('the bytes of a message are under its id', () => {
  expect(mediaAddress('optimistic-1')).toBe('/api/messages/optimistic-1/media');
  expect(mediaAddress('optimistic-1', true)).toBe('/api/messages/optimistic-1/media?download=1');
});
