import { linksIn, type Link } from './links';

/** A message's text with WhatsApp's marks read: *bold*, _italic_, ~strike~, `code`, ```block```, and links. */
export type TextNode =
  | { kind: 'text' | 'code' | 'block'; text: string }
  | { kind: MarkKind; children: TextNode[] }
  | { kind: 'link'; text: string; href: string };

type MarkKind = 'bold' | 'italic' | 'strike';

const MARKS: Record<string, MarkKind> = { '*': 'bold', _: 'italic', '~': 'strike' };
const SPECIAL = /[*_~`\n]/g;
const FENCE = '```';

/**
 * Reads a text into nodes. As on the phone, a mark counts only where it touches a word on its inner side and
 * none on its outer, and closes on its own line. Linear in the length of the text, whatever stands in it.
 */
export function readMessageText(text: string): TextNode[] {
  const reader = new Reader(text);
  let at = 0;
  let fence = text.indexOf(FENCE);
  while (fence !== -1) {
    const end = text.indexOf(FENCE, fence + 3);
    if (end === -1) break;
    if (end > fence + 3) {
      reader.readInline(at, fence);
      reader.add({ kind: 'block', text: text.slice(fence + 3, end).replace(/^\n|\n$/g, '') });
      at = end + 3;
    }
    fence = text.indexOf(FENCE, Math.max(at, end + 3));
  }
  reader.readInline(at, text.length);
  return reader.finish();
}

/** The words alone, on one line, for previews and phrases read out. Looks at the first `limit` characters. */
export function plainText(text: string, limit = 300): string {
  return flatten(readMessageText(text.slice(0, limit)))
    .replace(/\s+/g, ' ')
    .trim();
}

function flatten(nodes: TextNode[]): string {
  return nodes.map((node) => ('children' in node ? flatten(node.children) : node.text)).join('');
}

const ONLY_EMOJI = new RegExp('^(?:\\p{RGI_Emoji}\\s*){1,3}$', 'v');

/** One to three emoji and nothing else: drawn large. */
export function isOnlyEmoji(text: string): boolean {
  return text.length <= 64 && ONLY_EMOJI.test(text.trim());
}

/** A mark that is open: what was read since, and the mark itself in case it never closes. */
interface Open {
  mark: string;
  children: TextNode[];
}

class Reader {
  private readonly text: string;
  private readonly links: Link[];
  private nextLink = 0;
  private nextSpecial = -1;
  /** The first has no mark: it is the text itself. Each mark is open at most once, so the depth is at most four. */
  private stack: Open[] = [{ mark: '', children: [] }];

  constructor(text: string) {
    this.text = text;
    this.links = linksIn(text);
  }

  add(node: TextNode): void {
    const children = this.stack.at(-1)?.children;
    const last = children?.at(-1);
    if (node.kind === 'text' && last?.kind === 'text') last.text += node.text;
    else if (node.kind !== 'text' || node.text !== '') children?.push(node);
  }

  finish(): TextNode[] {
    this.closeDownTo(0);
    return this.stack[0]?.children ?? [];
  }

  /** Reads the characters from `start` to `end`, outside code blocks. */
  readInline(start: number, end: number): void {
    let plainFrom = start;
    let at = start;
    const flush = (to: number) => this.add({ kind: 'text', text: this.text.slice(plainFrom, to) });
    while (at < end) {
      const link = this.linkFrom(at);
      const special = this.specialFrom(at, end);
      if (link !== null && link.start <= special && link.end <= end) {
        flush(link.start);
        this.add({ kind: 'link', text: link.shown, href: link.href });
        at = plainFrom = link.end;
        continue;
      }
      if (special === end) break;
      const used = this.readSpecial(special, end, () => flush(special));
      if (used > 0) plainFrom = special + used;
      at = special + Math.max(1, used);
    }
    flush(end);
    this.closeDownTo(0);
  }

  /** Characters taken at a special character; 0 when it stands for itself. */
  private readSpecial(at: number, end: number, flush: () => void): number {
    const character = this.text.charAt(at);
    if (character === '\n') {
      flush();
      this.closeDownTo(0);
      this.add({ kind: 'text', text: '\n' });
      return 1;
    }
    if (character === '`') return this.readCode(at, end, flush);
    const depth = this.stack.findIndex((open) => open.mark === character);
    if (depth !== -1 && this.mayClose(at, end)) {
      flush();
      this.closeDownTo(depth);
      const closed = this.stack.pop();
      const kind = MARKS[character];
      if (closed !== undefined && kind !== undefined) this.add({ kind, children: closed.children });
      return 1;
    }
    if (depth === -1 && this.mayOpen(at, end)) {
      flush();
      this.stack.push({ mark: character, children: [] });
      return 1;
    }
    return 0;
  }

  private readCode(at: number, end: number, flush: () => void): number {
    // Each scan ends at the next backtick, where the next one begins: the text is crossed once in all.
    const close = this.text.indexOf('`', at + 1);
    if (close === -1 || close >= end || close === at + 1) return 0;
    const code = this.text.slice(at + 1, close);
    if (code.includes('\n')) return 0;
    flush();
    this.add({ kind: 'code', text: code });
    return close + 1 - at;
  }

  private mayOpen(at: number, end: number): boolean {
    const after = at + 1 < end ? this.text.charAt(at + 1) : ' ';
    return !isWord(this.text.charAt(at - 1)) && !/\s/.test(after) && after !== this.text.charAt(at);
  }

  private mayClose(at: number, end: number): boolean {
    const after = at + 1 < end ? this.text.charAt(at + 1) : '';
    return !/\s/.test(this.text.charAt(at - 1)) && !isWord(after);
  }

  /** Marks above `depth` never closed: they stand for themselves. */
  private closeDownTo(depth: number): void {
    while (this.stack.length > depth + 1) {
      const open = this.stack.pop();
      if (open === undefined) return;
      this.add({ kind: 'text', text: open.mark });
      for (const child of open.children) this.add(child);
    }
  }

  private linkFrom(at: number): Link | null {
    while ((this.links[this.nextLink]?.start ?? Infinity) < at) this.nextLink++;
    return this.links[this.nextLink] ?? null;
  }

  private specialFrom(at: number, end: number): number {
    if (this.nextSpecial < at) {
      SPECIAL.lastIndex = at;
      this.nextSpecial = SPECIAL.exec(this.text)?.index ?? Infinity;
    }
    return Math.min(this.nextSpecial, end);
  }
}

function isWord(character: string): boolean {
  return /[\p{L}\p{N}]/u.test(character);
}
