/** A picture in a format, of a size and with a number of bytes that WhatsApp takes. */
export interface FittedImage {
  bytes: Blob;
  /** Pixels, as it is shown. */
  width: number;
  height: number;
}

/** A little under WhatsApp's 5 MB: the server writes it anew, without its metadata. */
const MOST_BYTES = 4_700_000;
const LONGEST_EDGE = 4_096;
const TAKEN = new Set(['image/jpeg', 'image/png']);
/** Tried in turn until the bytes fit: quality, and the part of the edge that is left. */
const STEPS = [
  { quality: 0.88, part: 1 },
  { quality: 0.8, part: 0.75 },
  { quality: 0.75, part: 0.5 },
];

/** Raises when the browser cannot decode it. What WhatsApp takes as it is stays as it is. */
export async function fittedImage(file: Blob): Promise<FittedImage> {
  const bitmap = await createImageBitmap(file);
  const { width, height } = bitmap;
  try {
    const scale = Math.min(1, LONGEST_EDGE / Math.max(width, height));
    if (TAKEN.has(file.type) && file.size <= MOST_BYTES && scale === 1) {
      return { bytes: file, width, height };
    }
    let image: FittedImage | null = null;
    for (const { quality, part } of STEPS) {
      image = await drawn(bitmap, scale * part, quality);
      if (image.bytes.size <= MOST_BYTES) break;
    }
    return image ?? { bytes: file, width, height };
  } finally {
    bitmap.close();
  }
}

async function drawn(bitmap: ImageBitmap, scale: number, quality: number): Promise<FittedImage> {
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  // JPEG knows nothing of transparency: black would be what is left of it.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0, width, height);
  return { bytes: await canvas.convertToBlob({ type: 'image/jpeg', quality }), width, height };
}
