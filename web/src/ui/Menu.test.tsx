// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Menu } from './Menu';

beforeEach(() => {
  render(
    <>
      <Menu label="Account" trigger="A" place="railFoot">
        {(close) => (
          <>
            <button type="button" role="menuitem" onClick={close}>
              First
            </button>
            <button type="button" role="menuitem">
              Second
            </button>
          </>
        )}
      </Menu>
      <button type="button">Elsewhere</button>
    </>,
  );
});
afterEach(cleanup);

const trigger = () => screen.getByRole('button', { name: 'Account' });
const open = () => fireEvent.click(trigger());
const press = (key: string) => fireEvent.keyDown(document.activeElement ?? document.body, { key });
const focused = () => document.activeElement?.textContent;

it('says whether it is open, and takes the focus', () => {
  expect(trigger().getAttribute('aria-expanded')).toBe('false');
  open();
  expect(trigger().getAttribute('aria-expanded')).toBe('true');
  expect(focused()).toBe('First');
});

it('walks by arrows, round and round', () => {
  open();
  const path = ['ArrowDown', 'ArrowDown', 'ArrowUp'].map((key) => {
    press(key);
    return focused();
  });
  expect(path).toEqual(['Second', 'First', 'Second']);
});

it('closes by Esc, uses the key up, and gives the focus back', () => {
  open();
  expect(press('Escape')).toBe(false);
  expect(screen.queryByRole('menu')).toBeNull();
  expect(document.activeElement).toBe(trigger());
});

it('closes by a press outside, by its own choice and by leaving it', () => {
  open();
  fireEvent.pointerDown(screen.getByText('Elsewhere'));
  expect(screen.queryByRole('menu')).toBeNull();
  open();
  fireEvent.click(screen.getByText('First'));
  expect(screen.queryByRole('menu')).toBeNull();
  open();
  fireEvent.blur(screen.getByText('First'), { relatedTarget: screen.getByText('Elsewhere') });
  expect(screen.queryByRole('menu')).toBeNull();
});

it('stays open while the focus moves within it', () => {
  open();
  fireEvent.pointerDown(screen.getByText('Second'));
  fireEvent.blur(screen.getByText('First'), { relatedTarget: screen.getByText('Second') });
  expect(screen.getByRole('menu')).toBeTruthy();
});
