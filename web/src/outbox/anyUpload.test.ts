import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Browser, refusal, silence, type Question, type Tab } from '../testing/outboxWorld';
import { NOON, ownRow, typedMessage } from '../testing/rows';
import { FileShelf, UploadingTab, type Uploading } from '../testing/uploadWorld';
import { isQueued } from './entry';

const tick = (milliseconds = 0) => vi.advanceTimersByTimeAsync(milliseconds);

/** Files and texts of one conversation, uploads of any length, and pages that are reloaded. */
class World {
  readonly browser = new Browser();
  readonly shelf = new FileShelf();
  readonly entered: string[] = [];
  readonly posted: string[] = [];
  readonly uploaded = new Set<string>();
  readonly refused = new Set<string>();
  readonly #ended = new WeakSet<Question | Uploading>();
  page = new UploadingTab(this.browser.openTab(), this.browser, this.shelf);

  enter(isFile: boolean): void {
    const clientId = `${isFile ? 'file' : 'text'}-${this.entered.length}`;
    this.entered.push(clientId);
    if (isFile) this.page.enterFile(clientId, Date.now());
    else this.page.tab.enter(typedMessage(clientId, Date.now()));
  }

  upload(which: number, how: 'done' | 'lost' | 'refused' | 'some'): void {
    const open = this.page.uploading.filter(
      (each) => !each.signal.aborted && !this.#ended.has(each),
    );
    const one = open[which % Math.max(1, open.length)];
    if (!one) return;
    if (how === 'some') return one.progress(0.5);
    this.#ended.add(one);
    if (how === 'lost') return one.fail(silence());
    if (how === 'refused') {
      this.refused.add(one.bytes);
      return one.fail(refusal(413, 'media_too_large'));
    }
    this.uploaded.add(one.bytes);
    return one.done();
  }

  answer(how: 'answered' | 'lost'): void {
    const open = this.page.tab.questions.find((each) => !this.#ended.has(each));
    if (!open) return;
    this.#ended.add(open);
    const { kind, clientId } = open;
    const entry = this.page.tab.outbox.entries.get(clientId);
    if (how === 'lost' || !entry) return open.fail(silence());
    const isStored = this.posted.includes(clientId);
    if (kind === 'post' && !isStored) this.#store(clientId);
    if (kind === 'find' && !isStored) return open.answer(null);
    return open.answer(ownRow(entry.message, this.posted.indexOf(clientId) + 1));
  }

  #store(clientId: string): void {
    if (clientId.startsWith('file') && !this.uploaded.has(clientId)) {
      throw new Error(`${clientId} is posted without its file`);
    }
    this.posted.push(clientId);
  }

  stop(which: number): void {
    const entries = [...this.page.tab.outbox.entries].filter(
      (entry) => isQueued(entry) && !entry.tried && entry.attachment,
    );
    const entry = entries[which % Math.max(1, entries.length)];
    if (!entry) return;
    this.refused.add(entry.message.client_id);
    this.page.tab.outbox.giveBack(entry.message.client_id, { code: 'cancelled', params: {} });
  }

  async reload(): Promise<void> {
    this.page.uploads.close();
    this.page.tab.outbox.close();
    await tick(1);
    const tab: Tab = this.browser.openTab(true);
    this.page = new UploadingTab(tab, this.browser, this.shelf);
    tab.outbox.adopt((await tab.storage.load()).entries);
    tab.outbox.start();
    await tick();
  }

  /** Raises what is broken. */
  check(): void {
    const numbers = this.posted.map((clientId) => this.entered.indexOf(clientId));
    const isOrdered = numbers.every((number, index) => number > (numbers[index - 1] ?? -1));
    if (!isOrdered) throw new Error(`posted as ${this.posted.join()}`);
  }
}

const act = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.constant('enter' as const), fc.boolean()) },
  {
    weight: 4,
    arbitrary: fc.tuple(
      fc.constant('upload' as const),
      fc.nat(3),
      fc.constantFrom('done', 'done', 'lost', 'refused', 'some'),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constant('answer' as const), fc.constantFrom('answered', 'lost')),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constant('stop' as const), fc.nat(3)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('reload' as const)) },
);

beforeEach(() => void vi.useFakeTimers({ now: NOON }));
afterEach(() => void vi.useRealTimers());

test('behind uploads of any length: posts in the order of the Enters, none without its file, nothing lost', async () => {
  const run = fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
    vi.setSystemTime(NOON);
    const world = new World();
    for (const [kind, ...rest] of acts) {
      await (world[kind] as (...given: unknown[]) => Promise<void> | void).apply(world, rest);
      await tick(600);
      world.check();
    }
    for (let n = 0; n < 200; n++) {
      world.upload(0, 'done');
      world.answer('answered');
      world.page.uploads.wake();
      world.page.tab.outbox.wake();
      await tick(10);
      world.check();
    }
    const ended = [...world.posted, ...world.refused].toSorted();
    expect(ended).toEqual(world.entered.toSorted());
    const kept = [...world.shelf.files.keys()].toSorted();
    const inTray = [...world.refused].map((clientId) => `file-of-${clientId}`).toSorted();
    expect(kept, 'a file is kept as long as its message is not stored').toEqual(inTray);
    expect(new Set(world.posted).size).toBe(world.posted.length);
  });
  await fc.assert(run, { numRuns: 150 });
});
