import { ApiError, NoAnswerError } from '../api/http';
import type { OptimisticMessage, StoredMessage } from '../domain/message';
import { createSignal } from '../domain/signal';
import { Drafts } from '../outbox/draftStore';
import type { OutboxEntry } from '../outbox/entry';
import { Outbox, type OutboxPorts } from '../outbox/outbox';
import type {
  OutboxStorage,
  StorageChange,
  StorageState,
  StoredDraft,
} from '../outbox/outboxStorage';
import type { TabNews, Tabs } from '../outbox/tabs';
import { AGENT, NOON, ownRow } from './rows';

export const OWNER = { agentId: AGENT._id, epoch: 'e' };

/** A POST or a look-up that waits for the test's answer. */
export interface Question {
  kind: 'post' | 'find';
  clientId: string;
  signal: AbortSignal;
  answer: (row: StoredMessage | null) => void;
  fail: (fault: Error) => void;
}

export const refusal = (status: number, code: string) => new ApiError(status, code, {}, code);
export const silence = () => new NoAnswerError('no answer');

/** Several tabs of one browser and the one storage under them. */
export class Browser {
  readonly entries = new Map<string, OutboxEntry>();
  readonly drafts = new Map<string, StoredDraft>();
  readonly #tabs = new Set<(news: TabNews) => void>();
  readonly #lanes = new Map<string, Promise<unknown>>();
  state: StorageState = 'durable';

  /** A page that knows what earlier ones left; `isLoading`: not yet. */
  openTab(isLoading = false): Tab {
    const tab = new Tab(this);
    if (!isLoading) tab.outbox.start();
    return tab;
  }

  /** As Web Locks: one after another per name, and free again when its holder is gone. */
  readonly locks = {
    request: async (name: string, work: () => Promise<void>) => {
      const before = this.#lanes.get(name) ?? Promise.resolve();
      const mine = before.then(work);
      this.#lanes.set(
        name,
        mine.catch(() => undefined),
      );
      await mine;
    },
  };

  storage(): OutboxStorage {
    return {
      state: this.state,
      stateChanged: createSignal<StorageState>(),
      load: () =>
        Promise.resolve({ entries: [...this.entries.values()], drafts: [...this.drafts.values()] }),
      write: (change) => this.#write(change),
      close: () => undefined,
    };
  }

  tabs(): Tabs {
    let own: ((news: TabNews) => void) | null = null;
    return {
      tell: (news) => {
        const copy = structuredClone(news);
        for (const listener of this.#tabs) {
          if (listener !== own) queueMicrotask(() => this.#tabs.has(listener) && listener(copy));
        }
      },
      listen: (listener) => void this.#tabs.add((own = listener)),
      close: () => own && this.#tabs.delete(own),
    };
  }

  #write({ entries = [], removed = [], drafts = {} }: StorageChange): Promise<void> {
    for (const entry of entries) this.entries.set(entry.message.client_id, entry);
    for (const clientId of removed) this.entries.delete(clientId);
    for (const [conversationId, draft] of Object.entries(drafts)) {
      if (draft) this.drafts.set(conversationId, draft);
      else this.drafts.delete(conversationId);
    }
    return Promise.resolve();
  }
}

/** One page: its outbox, its drafts, and the questions it asks the server. */
export class Tab {
  readonly questions: Question[] = [];
  readonly rows: StoredMessage[] = [];
  readonly returned: OutboxEntry[] = [];
  readonly outbox: Outbox;
  readonly drafts: Drafts;
  readonly storage: OutboxStorage;
  windowClosesAt: number | null = null;
  /** What must be done before a post; a test of files puts its uploads here. */
  prepare: OutboxPorts['prepare'] = () => Promise.resolve();

  constructor(browser: Browser) {
    const tabs = browser.tabs();
    this.storage = browser.storage();
    this.drafts = new Drafts(this.storage, tabs);
    const ask = (kind: Question['kind'], clientId: string, signal: AbortSignal) =>
      new Promise<StoredMessage | null>((answer, fail) => {
        signal.addEventListener('abort', () => fail(silence()));
        this.questions.push({ kind, clientId, signal, answer, fail });
      });
    const ports: OutboxPorts = {
      owner: OWNER,
      prepare: (clientId, signal) => this.prepare(clientId, signal),
      post: async ({ client_id: clientId }, _seenPos, signal) =>
        (await ask('post', clientId, signal)) as StoredMessage,
      find: (clientId, signal) => ask('find', clientId, signal),
      storage: this.storage,
      tabs,
      locks: browser.locks,
      windowClosesAt: () => this.windowClosesAt,
      onRow: (row) => this.rows.push(row),
      onReturned: (entry) => this.returned.push(entry),
      now: () => Date.now(),
    };
    this.outbox = new Outbox(ports);
    tabs.listen((news) => {
      if (news.kind === 'entry') this.outbox.hear(news.entry);
      else if (news.kind === 'removed') this.outbox.forget(news.clientId);
      else if (news.kind === 'wake') this.outbox.wake();
      else this.drafts.hear(news);
    });
  }

  enter(message: OptimisticMessage): void {
    this.outbox.addOptimisticMessage(this.outbox.newEntry(message, null));
  }

  /** The question asked last. */
  get last(): Question | undefined {
    return this.questions.at(-1);
  }

  /** Kinds and ids, in the order asked. */
  get asked(): string[] {
    return this.questions.map(({ kind, clientId }) => `${kind} ${clientId}`);
  }

  phaseOf(clientId: string): string | undefined {
    return this.outbox.entries.get(clientId)?.phase;
  }
}

/** The row that the server makes of a message. */
export function accepted(entry: OutboxEntry | undefined, pos = 1): StoredMessage {
  if (!entry) throw new Error('there is no such entry');
  return ownRow(entry.message, pos, { timestamp: new Date(NOON).toISOString() });
}
