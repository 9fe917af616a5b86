import type { ButtonHTMLAttributes, Ref } from 'react';
import { cx } from './cx';
import { Icon, type IconName } from './Icon';
import styles from './IconButton.module.css';

/** A square button that shows only a drawing; `label` names it for everyone who cannot see it. */
export function IconButton({ icon, label, on = false, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={cx(styles.button, on && styles.on, className)}
      aria-label={label}
      title={label}
    >
      <Icon name={icon} />
    </button>
  );
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon: IconName;
  label: string;
  /** Drawn as pressed or current; say the same in `aria-pressed`, `aria-expanded` or `aria-current`. */
  on?: boolean;
  ref?: Ref<HTMLButtonElement>;
}
