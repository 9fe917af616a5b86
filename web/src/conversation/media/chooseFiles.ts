import { chosenOf, chosenDropped, putChosen, type ChosenFile } from '../../outbox/chosen';
import { storeFile, type StoringFault } from '../../outbox/files';
import { runningOutbox } from '../../outbox/running';
import { warmUrl } from '../../outbox/localUrls';
import { prepareFile } from './prepareFile';

const STORING_WORDS: Record<StoringFault, string> = {
  files_full:
    'Files of 200 MB wait to be sent in this browser already. Wait until they have gone, then choose this one again.',
  browser_full:
    'This browser has no room to keep the file. Free some space on this device, then choose it again.',
};

/** Puts files above the composer at once, and makes them ready one after another. */
export async function chooseFiles(conversationId: string, files: readonly File[]): Promise<void> {
  const fresh = files.map((file): ChosenFile & { file: File } => ({
    key: crypto.randomUUID(),
    name: file.name,
    ready: null,
    refused: null,
    file,
  }));
  putChosen(conversationId, [...chosenOf(conversationId), ...fresh]);
  for (const { key, file } of fresh) {
    const change = await makeReady(file);
    const now = chosenOf(conversationId);
    const at = now.findIndex((each) => each.key === key);
    if (at >= 0) putChosen(conversationId, now.with(at, { key, name: file.name, ...change }));
    else if (change.ready) chosenDropped.emit(change.ready.file);
  }
}

async function makeReady(file: File): Promise<Pick<ChosenFile, 'ready' | 'refused'>> {
  const agentId = runningOutbox()?.owner.agentId;
  const prepared = await prepareFile(file);
  if ('refused' in prepared || agentId === undefined) {
    return { ready: null, refused: 'refused' in prepared ? prepared.refused : 'Sign in first.' };
  }
  const { kind, media, bytes } = prepared;
  const stored = await storeFile(agentId, bytes);
  if (typeof stored === 'string') return { ready: null, refused: STORING_WORDS[stored] };
  if (kind === 'image') await warmUrl(stored.id);
  return { ready: { kind, media, file: stored.id }, refused: null };
}
