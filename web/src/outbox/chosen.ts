/** Files that stand above a composer, to be sent by its next Enter. They end with the page; the words stay a draft. */

import { useSyncExternalStore } from 'react';
import type { SentMedia } from '../domain/message';
import { createSignal } from '../domain/signal';

/** A file that can be sent: `file` names its bytes in this browser. */
export type ReadyFile = SentMedia & { file: string };

/** A file from the moment it was chosen. */
export interface ChosenFile {
  key: string;
  name: string;
  /** What of it is sent, once it is ready: shrunk or turned into another format where need be. */
  ready: ReadyFile | null;
  /** Why it cannot be sent, in a sentence. */
  refused: string | null;
}

const NONE: readonly ChosenFile[] = [];
const chosen = new Map<string, readonly ChosenFile[]>();

export const chosenChanged = createSignal();
/** The bytes of a file that was chosen and will not be sent. */
export const chosenDropped = createSignal<string>();

export function chosenOf(conversationId: string): readonly ChosenFile[] {
  return chosen.get(conversationId) ?? NONE;
}

export function useChosen(conversationId: string): readonly ChosenFile[] {
  return useSyncExternalStore(chosenChanged.subscribe, () => chosenOf(conversationId));
}

export function putChosen(conversationId: string, files: readonly ChosenFile[]): void {
  if (files.length === 0) chosen.delete(conversationId);
  else chosen.set(conversationId, files);
  chosenChanged.emit();
}

/** Taken away by the agent. */
export function removeChosen(conversationId: string, key: string): void {
  const files = chosenOf(conversationId);
  putChosen(
    conversationId,
    files.filter((file) => file.key !== key),
  );
  drop(files.filter((file) => file.key === key));
}

/** Some file has not become ready yet. */
export function isPreparing(files: readonly ChosenFile[]): boolean {
  return files.some((file) => file.ready === null && file.refused === null);
}

/**
 * What Enter sends, in this very task; what is refused stays to be read. Words go under the first file; under a sound
 * WhatsApp takes none, so they go before it as a message of their own, and the first here is undefined.
 */
export function takeChosen(conversationId: string, hasWords: boolean): (ReadyFile | undefined)[] {
  const files = chosenOf(conversationId);
  if (files.length === 0) return [];
  putChosen(
    conversationId,
    files.filter((file) => file.ready === null),
  );
  const ready = files.flatMap((file) => file.ready ?? []);
  return hasWords && ready[0]?.kind === 'audio' ? [undefined, ...ready] : ready;
}

/** Files of any conversation wait to be sent. */
export function hasChosen(): boolean {
  return chosen.size > 0;
}

/** Another agent may be next. */
export function forgetChosen(): void {
  const all = [...chosen.values()].flat();
  chosen.clear();
  drop(all);
  chosenChanged.emit();
}

function drop(files: readonly ChosenFile[]): void {
  for (const { ready } of files) if (ready) chosenDropped.emit(ready.file);
}

/** Resolves once every chosen file is ready or refused: whether there is one to send. */
export function untilReady(conversationId: string): Promise<boolean> {
  return new Promise((resolve) => {
    const look = () => {
      const files = chosenOf(conversationId);
      if (isPreparing(files)) return;
      unsubscribe();
      resolve(files.some((file) => file.ready));
    };
    const unsubscribe = chosenChanged.subscribe(look);
    look();
  });
}
