import { contactName, matchesSearch } from '../domain/preview';
import type { ConversationRow } from '../protocol/shapes';

export type { ConversationFilter as Filter } from '../api/conversations';

/** Name, number, user name or last words contain what was typed. */
export function isFound(row: ConversationRow, typed: string): boolean {
  const { contact } = row;
  const words = row.last_message?.text_content.slice(0, 2_000);
  return matchesSearch([contactName(contact), contact.phone, contact.username, words], typed);
}

/** A count of what is loaded; "+" while there may be more. Nothing for none. */
export function countWords(count: number, hasMore: boolean): string | undefined {
  if (count === 0) return undefined;
  return hasMore ? `${count}+` : String(count);
}
