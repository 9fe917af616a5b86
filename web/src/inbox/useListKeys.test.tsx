// @vitest-environment happy-dom
import { cleanup, fireEvent, render } from '@testing-library/react';
import { useRef } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useListKeys } from './useListKeys';

const search = vi.fn();
const back = vi.fn();

function List({ openId }: { openId: string | null }) {
  const list = useRef<HTMLElement>(null);
  const ids = ['a', 'b', 'c'];
  useListKeys({ ids, openId, list, onSearch: search, onBack: back });
  return (
    <>
      <nav ref={list}>
        {ids.map((id) => (
          <a key={id} href={`/c/${id}`} data-conversation-id={id}>
            {id}
          </a>
        ))}
      </nav>
      <textarea />
    </>
  );
}

const press = (key: string, init: KeyboardEventInit = {}) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key, ...init });
const focused = () => document.activeElement?.getAttribute('data-conversation-id') ?? null;
const field = () => document.querySelector('textarea')!;

beforeEach(() => {
  search.mockClear();
  back.mockClear();
});
afterEach(cleanup);

describe('walking the list', () => {
  it('starts at the top, stops at both ends', () => {
    render(<List openId={null} />);
    const path = ['j', 'j', 'j', 'j', 'k', 'k', 'k'].map((key) => {
      press(key);
      return focused();
    });
    expect(path).toEqual(['a', 'b', 'c', 'c', 'b', 'a', 'a']);
  });

  it('starts beside the open conversation', () => {
    render(<List openId="b" />);
    press('j');
    expect(focused()).toBe('c');
  });

  it('takes the arrows only while the list has the focus: elsewhere they scroll', () => {
    render(<List openId={null} />);
    press('ArrowDown');
    expect(focused()).toBeNull();
    press('j');
    press('ArrowDown');
    expect(focused()).toBe('b');
    press('ArrowUp');
    expect(focused()).toBe('a');
  });

  it.each(['j', 'k', '/'])('leaves %j to whoever types', (key) => {
    render(<List openId={null} />);
    field().focus();
    press(key);
    expect(document.activeElement).toBe(field());
    expect(search).not.toHaveBeenCalled();
  });
});

describe('search and back', () => {
  it('goes to the search by /, and by Ctrl or Cmd+K from anywhere', () => {
    render(<List openId={null} />);
    press('/');
    field().focus();
    press('k', { ctrlKey: true });
    press('k', { metaKey: true });
    expect(search).toHaveBeenCalledTimes(3);
  });

  it('leaves the open conversation by Esc, from the composer too, and lands on its row', () => {
    render(<List openId="b" />);
    field().focus();
    press('Escape');
    expect(back).toHaveBeenCalledOnce();
    expect(focused()).toBe('b');
  });

  it('does nothing with a key that somebody else has used, or while text is being composed', () => {
    render(<List openId="b" />);
    const use = (event: KeyboardEvent) => event.preventDefault();
    field().addEventListener('keydown', use);
    field().focus();
    press('Escape');
    field().removeEventListener('keydown', use);
    press('Escape', { isComposing: true });
    expect(back).not.toHaveBeenCalled();
  });

  it('stays where it is when nothing is open', () => {
    render(<List openId={null} />);
    press('Escape');
    expect(back).not.toHaveBeenCalled();
  });
});
