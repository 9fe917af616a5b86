/** What the composer's text field needs of the browser. */

/** As tall as its text, up to six lines; browsers that can do so by themselves are left to it. */
export function grow(field: HTMLTextAreaElement | null): void {
  if (!field || CSS.supports('field-sizing', 'content')) return;
  field.style.blockSize = 'auto';
  field.style.blockSize = `${field.scrollHeight}px`;
}

/** What no message can hold and no server takes: NUL, and halves of a character. */
export function clean(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}

/** On a screen keyboard Enter begins a new line. */
export function isTouch(): boolean {
  return matchMedia('(hover: none) and (pointer: coarse)').matches;
}
