import { newClientId } from './clientId';
import type { Reason } from './entry';
import type { OutboxStorage, StoredDraft } from './outboxStorage';
import type { TabNews, Tabs } from './tabs';

/** What stands in a conversation's composer. */
export interface Draft extends StoredDraft {
  /** Set while the text is one that came back and has not been touched. */
  returned: Reason | null;
}

type DraftNews = Pick<Extract<TabNews, { kind: 'draft' }>, 'conversationId' | 'draft' | 'before'>;

/**
 * What is being typed, per conversation. A draft gets its id with the first letter, and that id becomes the
 * message's client_id: Enter consumes it, so a second Enter finds nothing to send (R1).
 */
export class Drafts {
  readonly #drafts = new Map<string, Draft>();
  readonly #listeners = new Set<() => void>();
  readonly #unwritten = new Set<string>();
  /** Conversations whose draft another tab has told: what the storage held is older. */
  readonly #heard = new Set<string>();
  readonly #touched = new Set<string>();
  /** Ids of drafts that this tab has had a hand in. */
  readonly #typed = new Set<string>();
  #isWriting = false;

  constructor(
    private readonly storage: OutboxStorage,
    private readonly tabs: Tabs,
  ) {}

  get(conversationId: string): Draft | undefined {
    return this.#drafts.get(conversationId);
  }

  all(): Iterable<Draft> {
    return this.#drafts.values();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  setText(conversationId: string, text: string): void {
    const id = this.get(conversationId)?.id ?? newClientId();
    this.#put(conversationId, text === '' ? null : { id, conversationId, text, returned: null });
  }

  /** Takes the draft out, in this very task. Its stored copy goes with the write that stores the entry. */
  consume(conversationId: string): Draft | null {
    const draft = this.get(conversationId);
    if (!draft) return null;
    this.#touched.add(conversationId);
    this.#drafts.delete(conversationId);
    this.tabs.tell({ kind: 'draft', conversationId, draft: null, before: draft });
    this.#changed();
    return draft;
  }

  /** Gives a text back, under a new id, if nothing is being typed; false: the composer is busy (R19). */
  lift(conversationId: string, text: string, returned: Reason | null): boolean {
    if (this.get(conversationId)) return false;
    this.#put(conversationId, { id: newClientId(), conversationId, text, returned });
    return true;
  }

  /** Gives a text back at the agent's wish: after what is typed already. */
  append(conversationId: string, text: string, returned: Reason | null): void {
    const draft = this.get(conversationId);
    if (!draft) this.lift(conversationId, text, returned);
    else this.setText(conversationId, `${draft.text}\n${text}`);
  }

  dismissReason(conversationId: string): void {
    const draft = this.get(conversationId);
    if (draft) this.#put(conversationId, { ...draft, returned: null });
  }

  /** This id belongs to a message by now: an untouched copy of it is dropped, a changed text gets an id of its own. */
  release(id: string, sentText: string): void {
    for (const draft of this.#drafts.values()) {
      if (draft.id !== id) continue;
      const { conversationId, text } = draft;
      const isSame = text.trim() === sentText;
      this.#put(conversationId, isSame ? null : { ...draft, id: newClientId() });
    }
  }

  /**
   * What the storage held; letters typed before it answered belong to its end. `sentText`: the text of the message
   * that a draft's id has become, if it has; the draft is dropped then (R1).
   */
  adopt(
    found: readonly StoredDraft[],
    sentText: (draft: StoredDraft) => string | undefined = () => undefined,
  ): void {
    for (const stored of found) {
      const { conversationId } = stored;
      if (this.#heard.has(conversationId)) continue;
      const sent = sentText(stored);
      if (sent === stored.text.trim()) {
        this.#unwritten.add(conversationId);
        continue;
      }
      const id = sent === undefined ? stored.id : newClientId();
      const text = stored.text + (this.get(conversationId)?.text ?? '');
      const draft = { id, conversationId, text, returned: null };
      // What is only read is not told: another tab may have gone on typing since it was stored.
      if (this.#touched.has(conversationId) || sent !== undefined) this.#put(conversationId, draft);
      else this.#drafts.set(conversationId, draft);
    }
    void this.#write();
    this.#changed();
  }

  /** Another tab's composer has changed. A text that was typed here and not known there is not theirs to end. */
  hear({ conversationId, draft, before }: DraftNews): void {
    this.#heard.add(conversationId);
    const own = this.get(conversationId);
    if (own && this.#typed.has(own.id) && own.id !== draft?.id) {
      const isKnown = own.id === before?.id;
      if (!isKnown) return;
      if (own.text !== before.text) return this.#put(conversationId, { ...own, id: newClientId() });
    }
    if (draft) this.#drafts.set(conversationId, { ...draft, returned: null });
    else this.#drafts.delete(conversationId);
    this.#changed();
  }

  #put(conversationId: string, draft: Draft | null): void {
    const before = this.get(conversationId) ?? null;
    if (draft) this.#drafts.set(conversationId, draft);
    else this.#drafts.delete(conversationId);
    if (draft) this.#typed.add(draft.id);
    this.#touched.add(conversationId);
    this.tabs.tell({ kind: 'draft', conversationId, draft, before });
    this.#changed();
    this.#unwritten.add(conversationId);
    void this.#write();
  }

  /** One write at a time; what is typed meanwhile goes with the next. */
  async #write(): Promise<void> {
    if (this.#isWriting) return;
    this.#isWriting = true;
    while (this.#unwritten.size > 0) {
      const changed = [...this.#unwritten];
      this.#unwritten.clear();
      await this.storage.write({
        drafts: Object.fromEntries(changed.map((id) => [id, storedDraft(this.get(id))])),
      });
    }
    this.#isWriting = false;
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** As the storage keeps it. */
export function storedDraft(draft: Draft | undefined): StoredDraft | null {
  return draft ? { id: draft.id, conversationId: draft.conversationId, text: draft.text } : null;
}
