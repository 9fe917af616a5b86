import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Hop } from '../protocol/shapes';
import { flightOf, marksOf, placeOf } from './flight';

const START = Date.parse('2026-11-25T14:02:04.112Z');
const hop = (name: Hop['name'], ms: number, clock: Hop['clock'] = 'server'): Hop => ({
  name,
  at: new Date(START + ms).toISOString(),
  clock,
});
const seen = [
  hop('enter', 0, 'browser'),
  hop('painted', 7, 'browser'),
  hop('posted', 9, 'browser'),
  hop('answered', 35, 'browser'),
];
const server = [
  hop('stored', 31),
  hop('claimed', 38),
  hop('accepted', 312),
  hop('sent', 468),
  hop('delivered', 1_204),
];
const moved = (hops: Hop[], by: number) =>
  hops.map(({ name, at }) => hop(name, Date.parse(at) - START + by));

describe('two clocks', () => {
  test('that agree are left as they are', () => {
    const flight = flightOf([...seen, ...server]);
    expect(flight.serverAheadMs).toBe(0);
    expect([flight.toScreen, flight.toWhatsApp, flight.toPhone]).toEqual([7, 312, 1_204]);
    expect(flight.hops.map((each) => each.ms)).toEqual([0, 7, 9, 31, 35, 38, 312, 468, 1_204]);
  });

  test('that differ are laid on the browser’s', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), (by) => {
        const { hops, serverAheadMs, toPhone } = flightOf([...seen, ...moved(server, by)]);
        const at = (name: Hop['name']) => hops.find((each) => each.hop.name === name)?.ms ?? NaN;
        expect(at('posted')).toBeLessThanOrEqual(at('stored'));
        expect(at('stored')).toBeLessThanOrEqual(at('answered'));
        // The error is at most what the POST took.
        expect(Math.abs(serverAheadMs - by)).toBeLessThanOrEqual(35 - 9);
        expect(Math.abs((toPhone ?? NaN) - 1_204)).toBeLessThanOrEqual(35 - 9);
      }),
    );
  });

  test('of which one is not known are not compared', () => {
    const flight = flightOf(server);
    expect(flight.serverAheadMs).toBe(0);
    expect([flight.toScreen, flight.toWhatsApp, flight.toPhone]).toEqual([null, null, null]);
    expect(flight.hops[0]?.ms).toBe(0);
  });
});

test('a message nobody has answered for shows what this browser saw', () => {
  const flight = flightOf(seen.slice(0, 3));
  expect([flight.toScreen, flight.toWhatsApp]).toEqual([7, null]);
});

describe('the axis', () => {
  test('is logarithmic from 1 ms to 100 s', () => {
    expect(marksOf(flightOf([...seen, ...server]))).toEqual([
      '1 ms',
      '10',
      '100',
      '1 s',
      '10 s',
      '100 s',
    ]);
    expect([0, 1, 10, 1_000, 100_000, 1e9].map((ms) => placeOf(ms, 5))).toEqual([
      0, 0, 0.2, 0.6, 1, 1,
    ]);
  });

  test('goes on for a message that takes longer', () => {
    const late = flightOf([...seen, ...server, hop('read', 5 * 3_600_000)]);
    expect(marksOf(late).at(-1)).toBe('28 h');
  });
});
