import type { ShownStatus } from '../domain/message';
import { StatusGlyph } from '../ui/StatusGlyph';

/** The state of an own message: a shape in a box of 18 x 14, and its name for a screen reader. */
export function MessageStatus({ status }: { status: ShownStatus }) {
  return <StatusGlyph status={status} />;
}
