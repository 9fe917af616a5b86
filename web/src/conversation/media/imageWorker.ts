import { fittedImage } from './fittedImage';

addEventListener('message', ({ data }: MessageEvent<Blob>) => {
  void fittedImage(data)
    .catch(() => null)
    .then((image) => postMessage(image));
});
