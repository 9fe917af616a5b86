import { cx } from './cx';
import { hash } from './hash';
import styles from './AgentDisc.module.css';

/** An agent's initial on their colour: damson is always your own. `seed`: the agent's id. */
export function AgentDisc({ name, seed, own = false }: AgentDiscProps) {
  return (
    <span className={cx(styles.disc, styles[agentTone(seed, own)])} aria-hidden="true">
      {(name.trim()[0] ?? '?').toLocaleUpperCase()}
    </span>
  );
}

interface AgentDiscProps {
  name: string;
  seed: string;
  own?: boolean;
}

/** Which of the agents' colours to draw: the first is one's own, colleagues share the others by id. */
export function agentTone(seed: string, own: boolean): 'tone1' | 'tone2' | 'tone3' {
  if (own) return 'tone1';
  return hash(seed) % 2 === 0 ? 'tone2' : 'tone3';
}
