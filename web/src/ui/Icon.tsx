import { shapes } from './iconShapes';

export type IconName = keyof typeof shapes;

/** A drawing beside words or inside a named button: never read out. `size` in CSS pixels. */
export function Icon({ name, size = 20, className }: IconProps) {
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
      {shapes[name]}
    </svg>
  );
}

interface IconProps {
  name: IconName;
  size?: number;
  className?: string | undefined;
}
