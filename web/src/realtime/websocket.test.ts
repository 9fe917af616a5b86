import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { StreamCursor } from '../cache/streamCursor';
import type { Event } from '../protocol/shapes';
import { CONVERSATION, storedRow } from '../testing/rows';
import { LiveSocket, type SocketPorts } from './websocket';

/** A socket without a network: the test says what the server does. */
class FakeSocket extends EventTarget {
  readonly sent: unknown[] = [];
  isClosed = false;
  send(data: string) {
    this.sent.push(JSON.parse(data));
  }
  close() {
    this.isClosed = true;
  }
  opens() {
    this.dispatchEvent(new Event_('open'));
  }
  says(frame: object) {
    this.dispatchEvent(Object.assign(new Event_('message'), { data: JSON.stringify(frame) }));
  }
  ends(code = 1006) {
    this.dispatchEvent(Object.assign(new Event_('close'), { code }));
  }
}
const Event_ = globalThis.Event;

function event(seq: number, prevSeq: number, clientId = 'mine'): Event {
  const message = storedRow(seq, { client_id: clientId, direction: 'outbound' });
  return {
    seq,
    prev_seq: prevSeq,
    type: 'new_message',
    conversation_id: CONVERSATION,
    at: '',
    message,
  };
}

let sockets: FakeSocket[];
let heard: number[];
let states: string[];
let resets: unknown[];
let cursor: StreamCursor;
let isVisible: boolean;
let isOnline: boolean;
const onSignedOut = vi.fn();
const onTooOld = vi.fn();
const onUnreachable = vi.fn();

function start(): LiveSocket {
  const ports: SocketPorts = {
    open() {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    cursor,
    onEvents(events) {
      for (const each of events) {
        heard.push(each.seq);
        cursor.raise(each.seq);
      }
    },
    onReset(epoch, seq) {
      resets.push([epoch, seq]);
      cursor.restart(epoch, seq);
    },
    onState: (state) => states.at(-1) !== state && states.push(state),
    onUnreachable,
    onSignedOut,
    onTooOld,
    isOnline: () => isOnline,
    isVisible: () => isVisible,
    random: () => 1,
  };
  const socket = new LiveSocket(ports);
  socket.start();
  return socket;
}

/** Connected, with everything up to 10 heard. */
function live(): LiveSocket {
  cursor.restart('e', 10);
  const socket = start();
  newest().opens();
  newest().says({ type: 'welcome', epoch: 'e', seq: 10 });
  return socket;
}

const newest = () => sockets.at(-1)!;
const wait = (milliseconds: number) => vi.advanceTimersByTime(milliseconds);

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  heard = [];
  states = [];
  resets = [];
  cursor = new StreamCursor();
  isVisible = true;
  isOnline = true;
});
afterEach(() => {
  vi.useRealTimers();
  vi.clearAllMocks();
});

describe('resume', () => {
  test('asks for everything after the last event, and is online once welcomed', () => {
    live();
    expect(newest().sent).toEqual([{ type: 'resume', protocol: 1, epoch: 'e', seq: 10 }]);
    expect(states).toEqual(['connecting', 'online']);
  });

  test('without any snapshot yet it asks with an empty epoch', () => {
    start();
    newest().opens();
    expect(newest().sent).toEqual([{ type: 'resume', protocol: 1, epoch: '', seq: 0 }]);
  });

  test('events follow each other, alone or several in a frame, also from a reset on', () => {
    live();
    newest().says(event(12, 10));
    newest().says({ type: 'events', events: [event(13, 12), event(17, 13)] });
    newest().says({ type: 'reset', epoch: 'f', seq: 40 });
    newest().says(event(41, 40));
    expect(heard).toEqual([12, 13, 17, 41]);
    expect(resets).toEqual([['f', 40]]);
    expect(sockets).toHaveLength(1);
  });

  test('a lost frame shows in prev_seq: it resumes at once after the last event that fits', () => {
    live();
    newest().says({ type: 'events', events: [event(12, 10), event(15, 14)] });
    expect(heard).toEqual([12]);
    expect(sockets[0]?.isClosed).toBe(true);
    newest().opens();
    expect(newest().sent).toEqual([{ type: 'resume', protocol: 1, epoch: 'e', seq: 12 }]);
  });

  test('a swallowed frame shows in the next heartbeat too: it resumes at once, and the cursor has not passed it', () => {
    live();
    newest().says({ type: 'heartbeat', seq: 30, prev_seq: 10 });
    expect(cursor.seq).toBe(30);
    newest().says({ type: 'heartbeat', seq: 40, prev_seq: 35 });
    expect(cursor.seq).toBe(30);
    expect(sockets[0]?.isClosed).toBe(true);
    newest().opens();
    expect(newest().sent).toEqual([{ type: 'resume', protocol: 1, epoch: 'e', seq: 30 }]);
    newest().says(event(35, 30));
    newest().says({ type: 'heartbeat', seq: 40, prev_seq: 35 });
    expect(heard).toEqual([35]);
    expect(sockets).toHaveLength(2);
  });

  test('the heartbeat of an older server raises the cursor and compares nothing', () => {
    live();
    newest().says({ type: 'heartbeat', seq: 30 });
    newest().says(event(31, 10));
    expect(cursor.seq).toBe(31);
    expect(sockets).toHaveLength(1);
  });

  test('what is ephemeral or unknown changes nothing', () => {
    live();
    newest().says({ type: 'typing', conversation_id: CONVERSATION });
    newest().says({ type: 'something-newer' });
    expect(heard).toEqual([]);
    expect(sockets).toHaveLength(1);
  });
});

describe('silence is not trusted', () => {
  test('30 s without a frame is a dead connection, a heartbeat is a sign of life', () => {
    live();
    wait(29_000);
    newest().says({ type: 'heartbeat', seq: 10 });
    wait(29_999);
    expect(sockets).toHaveLength(1);
    wait(1);
    expect(sockets).toHaveLength(2);
  });

  test('a POST answered 5 s ago without its event or any frame: dead', () => {
    const socket = live();
    socket.expectEventOf('mine');
    wait(4_999);
    expect(sockets).toHaveLength(1);
    wait(1);
    expect(sockets).toHaveLength(2);
  });

  test('any frame meanwhile shows that the connection lives', () => {
    const socket = live();
    socket.expectEventOf('mine');
    wait(4_000);
    newest().says({ type: 'heartbeat', seq: 10 });
    wait(10_000);
    expect(sockets).toHaveLength(1);
  });

  test('an event that came before its answer is not waited for', () => {
    const socket = live();
    newest().says(event(11, 10, 'mine'));
    socket.expectEventOf('mine');
    wait(20_000);
    expect(sockets).toHaveLength(1);
  });

  test('one that does not open within 5 s is given up', () => {
    start();
    wait(5_000);
    wait(2_000);
    expect(sockets.length).toBeGreaterThan(1);
  });
});

describe('trying again', () => {
  const failures = (count: number) => {
    for (let n = 0; n < count; n++) {
      newest().ends();
      wait(2_000);
    }
  };

  test('at most 2 s apart while visible, and offline is said after three failures', () => {
    start();
    failures(5);
    expect(sockets).toHaveLength(6);
    expect(states).toEqual(['connecting', 'offline']);
    expect(onUnreachable).toHaveBeenCalledTimes(1);
    newest().opens();
    newest().says({ type: 'welcome', epoch: 'e', seq: 0 });
    expect(states.at(-1)).toBe('online');
  });

  test('more rarely while nobody looks', () => {
    isVisible = false;
    start();
    failures(4);
    newest().ends();
    wait(2_000);
    const before = sockets.length;
    wait(1_000);
    expect(sockets).toHaveLength(before);
    wait(30_000);
    expect(sockets.length).toBeGreaterThan(before);
  });

  test('at once when the page comes back or the agent asks, but not on top of a try under way', () => {
    const socket = start();
    newest().ends();
    socket.tryNow();
    expect(sockets).toHaveLength(2);
    socket.tryNow();
    expect(sockets).toHaveLength(2);
    newest().opens();
    newest().says({ type: 'welcome', epoch: 'e', seq: 0 });
    socket.tryNow();
    expect(sockets).toHaveLength(2);
  });

  test('a network that came back is not trusted with the old connection', () => {
    const socket = live();
    isOnline = false;
    socket.networkChanged();
    expect(states.at(-1)).toBe('offline');
    isOnline = true;
    socket.networkChanged();
    expect(sockets).toHaveLength(2);
    expect(sockets[0]?.isClosed).toBe(true);
  });

  test('not when the session has ended or the page is too old', () => {
    live();
    newest().ends(4401);
    wait(60_000);
    expect(onSignedOut).toHaveBeenCalledOnce();
    expect(sockets).toHaveLength(1);
    live();
    newest().ends(4406);
    wait(60_000);
    expect(onTooOld).toHaveBeenCalledOnce();
    expect(sockets).toHaveLength(2);
  });

  test('not after it was stopped, and a stopped socket hears nothing more', () => {
    const socket = live();
    const [first] = sockets;
    socket.stop();
    first?.says(event(11, 10));
    wait(60_000);
    expect(heard).toEqual([]);
    expect(sockets).toHaveLength(1);
  });
});
