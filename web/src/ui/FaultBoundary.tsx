import { Component, type ReactNode } from 'react';
import { Button } from './Button';
import { EmptyState } from './EmptyState';
import styles from './FaultBoundary.module.css';
import { Icon } from './Icon';

/** When drawing fails: a page that says so instead of an empty one. */
export class FaultBoundary extends Component<{ children: ReactNode }, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError(): { hasFailed: boolean } {
    return { hasFailed: true };
  }

  override render(): ReactNode {
    if (!this.state.hasFailed) return this.props.children;
    return (
      <div className={styles.page} role="alert">
        <EmptyState
          picture={<Icon name="alert" size={40} />}
          title="This page has a fault"
          action={
            <Button look="primary" onClick={() => location.reload()}>
              Reload
            </Button>
          }
        >
          What you wrote is kept in this browser. Reload the page to go on.
        </EmptyState>
      </div>
    );
  }
}
