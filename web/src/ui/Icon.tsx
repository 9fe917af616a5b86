import type { ReactNode } from 'react';
import { shapes } from './iconShapes';

export type IconName = keyof typeof shapes;

/** A drawing beside words or inside a named button: never read out. `size` in CSS pixels. */
export function Icon({ name, ...look }: IconLook & { name: IconName }) {
  return <Outline {...look}>{shapes[name]}</Outline>;
}

/** Outlines on the grid that all drawings share. */
export function Outline({ size = 20, className, children }: IconLook & { children: ReactNode }) {
  return (
    <svg
      className={className}
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}

export interface IconLook {
  size?: number;
  className?: string | undefined;
}
