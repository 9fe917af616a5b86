/**
 * The front end's own lint rules: who may import whom, who sends, and who writes rows.
 *
 * Each has a planted violation in tests/repository/test_web_rules.py. They are rules of oxlint so
 * that an editor shows them where they are broken.
 */

import path from 'node:path';

/** As much of ESLint's rule interface, which oxlint follows, as is used here. */
interface Node {
  readonly name?: string;
  readonly source?: Node | null;
  readonly value?: unknown;
}
interface Context {
  readonly filename: string;
  report(problem: { node: Node; message: string }): void;
}
type Visitor = Record<string, ((node: Node) => void) | undefined>;
interface Rule {
  create(context: Context): Visitor;
}

/** Upper layers import lower ones; layers on one line know nothing of each other. */
const LAYERS = [
  ['debug'],
  ['conversation', 'inbox', 'session', 'recorder'],
  ['outbox', 'realtime'],
  ['cache'],
  ['api'],
  ['domain'],
  ['protocol'],
];
const DEPTH = new Map(LAYERS.flatMap((row, depth) => row.map((name) => [name, depth])));

/** `ui` stands beside the layers: pictures and buttons for the folders that draw. */
const DRAWS = new Set(['conversation', 'inbox', 'session', 'recorder', 'debug']);

/** What only tests import. */
const TESTING = 'testing';

/** The door to `POST …/messages`, and the header that nothing else sets. */
const SEND = 'api/sendMessage';
const SEND_HEADER = /^idempotency-key$/i;

/** The path below src/ without its ending, such as `cache/applyRow`; null outside src. */
function placeOf(file: string): string | null {
  const [, place] = /.*\/src\/(.+?)(?:\.tsx?)?$/.exec(file.split(path.sep).join('/')) ?? [];
  return place ?? null;
}

/** The folder below src/; '' for main.tsx, App.tsx and their like. */
const folderOf = (place: string) => (place.includes('/') ? place.replace(/\/.*/, '') : '');

const isTest = (place: string) => place.endsWith('.test') || folderOf(place) === TESTING;

/** Why a file in folder `from` may not import one in `to`, or null. */
function objection(from: string, to: string): string | null {
  if (from === to || from === '') return null;
  if (to === '') return 'the top of src imports this folder, not the other way round';
  if (to === TESTING) return 'only tests import it';
  if (from === 'ui') return 'ui imports nothing of ours';
  if (to === 'ui') return DRAWS.has(from) ? null : 'only folders that draw import ui';
  const [upper, lower] = [DEPTH.get(from), DEPTH.get(to)];
  if (upper === undefined) return `${from} has no place among the layers yet (web/lint/layers.ts)`;
  if (lower === undefined) return `${to} has no place among the layers yet (web/lint/layers.ts)`;
  if (upper === lower) return `${from} and ${to} know nothing of each other`;
  return upper < lower ? null : `${to} lies above ${from}`;
}

/** Calls `check` with the place below src/ that each import or re-export of a file leads to. */
function onImports(file: string, check: (node: Node, to: string) => void): Visitor {
  const visit = (node: Node) => {
    const specifier = node.source?.value;
    if (typeof specifier !== 'string' || !specifier.startsWith('.')) return;
    const to = placeOf(path.resolve(path.dirname(file), specifier));
    if (to !== null) check(node, to);
  };
  return {
    ImportDeclaration: visit,
    ImportExpression: visit,
    ExportNamedDeclaration: visit,
    ExportAllDeclaration: visit,
  };
}

const layers: Rule = {
  create(context) {
    const from = placeOf(context.filename);
    if (from === null || folderOf(from) === TESTING) return {};
    return onImports(context.filename, (node, to) => {
      if (folderOf(to) === TESTING && isTest(from)) return;
      const why = objection(folderOf(from), folderOf(to));
      if (why) context.report({ node, message: `Import against the layers: ${why}.` });
    });
  },
};

const sendsFromOutbox: Rule = {
  create(context) {
    const from = placeOf(context.filename);
    if (from === null || isTest(from) || folderOf(from) === 'outbox') return {};
    const message = 'Only outbox sends messages; hand the message to it.';
    const look = (node: Node, text: unknown) => {
      if (from !== SEND && typeof text === 'string' && SEND_HEADER.test(text)) {
        context.report({ node, message });
      }
    };
    return {
      ...onImports(context.filename, (node, to) => {
        if (to === SEND) context.report({ node, message });
      }),
      Literal: (node) => look(node, node.value),
    };
  },
};

const rowsByApplyRow: Rule = {
  create(context) {
    const from = placeOf(context.filename);
    if (from === null || isTest(from) || from === 'cache/applyRow') return {};
    const message = 'Rows enter the query cache through cache/applyRow.ts only.';
    return {
      Identifier(node) {
        if (/^set(Query|Queries)Data$/.test(node.name ?? '')) context.report({ node, message });
      },
    };
  },
};

export default {
  meta: { name: 'forthwith' },
  rules: { layers, 'sends-from-outbox': sendsFromOutbox, 'rows-by-apply-row': rowsByApplyRow },
};
