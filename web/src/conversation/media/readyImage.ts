import { fittedImage, type FittedImage } from './fittedImage';

const GIVEN_UP_AFTER_MS = 20_000;

/** A picture as WhatsApp takes it, made off the main thread; null when this browser cannot read it. */
export async function readyImage(file: Blob): Promise<FittedImage | null> {
  try {
    return await inWorker(file);
  } catch {
    // No worker, or one without a canvas: here, then.
    return fittedImage(file).catch(() => null);
  }
}

function inWorker(file: Blob): Promise<FittedImage | null> {
  const worker = new Worker(new URL('./imageWorker.ts', import.meta.url), { type: 'module' });
  return new Promise<FittedImage | null>((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<FittedImage | null>) =>
      resolve(data),
    );
    worker.addEventListener('error', reject);
    setTimeout(reject, GIVEN_UP_AFTER_MS);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no such argument
    worker.postMessage(file);
  }).finally(() => worker.terminate());
}
