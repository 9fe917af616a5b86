/** Addresses of this browser's own files, so that a picture is on screen before the server has it. */

import { useEffect, useState } from 'react';
import { fileDropped, findFile, heldFile } from './files';
import { runningOutbox } from './running';

const urls = new Map<string, string>();
/** Files of messages whose entry may be gone by now. */
const fileOf = new Map<string, string>();
/** Not needed any more by the outbox, and perhaps still on screen. */
const dropped = new Set<string>();
const MOST_DROPPED = 40;

function urlOf(file: string): string | undefined {
  const known = urls.get(file);
  const bytes = known === undefined ? heldFile(file) : undefined;
  if (!bytes) return known;
  const url = URL.createObjectURL(bytes);
  urls.set(file, url);
  return url;
}

/** The address of a chosen file. */
export function chosenUrl(file: string): string | undefined {
  return urlOf(file);
}

/** Decodes a picture, so that the frame after Enter can show it. */
export async function warmUrl(file: string): Promise<void> {
  const url = urlOf(file);
  if (url === undefined) return;
  const image = new Image();
  image.src = url;
  await image.decode().catch(() => undefined);
}

/** The address of a message's file while this browser has it, in the first render where possible. */
export function useLocalUrl(clientId: string): string | undefined {
  const file = runningOutbox()?.outbox.entries.get(clientId)?.attachment?.file;
  if (file !== undefined) fileOf.set(clientId, file);
  const known = fileOf.get(clientId);
  const [found, setFound] = useState(() => (known === undefined ? undefined : urlOf(known)));
  useEffect(() => {
    if (known === undefined || found !== undefined) return undefined;
    let isMounted = true;
    void findFile(known).then(() => isMounted && setFound(urlOf(known)));
    return () => void (isMounted = false);
  }, [known, found]);
  return known === undefined ? undefined : found;
}

/** The server's copy is drawn: this browser's is not needed any more. */
export function releaseUrl(clientId: string): void {
  const file = fileOf.get(clientId);
  if (file === undefined) return;
  fileOf.delete(clientId);
  if (dropped.has(file)) revoke(file);
}

fileDropped.subscribe((file) => {
  if (!urls.has(file)) return;
  const isUsed = [...fileOf.values()].includes(file);
  dropped.add(file);
  if (!isUsed) revoke(file);
  // Their bubbles have not been drawn since: nobody will release them.
  for (const oldest of dropped) if (dropped.size > MOST_DROPPED) revoke(oldest);
});

function revoke(file: string): void {
  const url = urls.get(file);
  if (url !== undefined) URL.revokeObjectURL(url);
  urls.delete(file);
  dropped.delete(file);
}
