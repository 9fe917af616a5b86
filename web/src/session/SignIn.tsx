import { useEffect, useRef, useState, type SyntheticEvent } from 'react';
import { ApiError } from '../api/http';
import { signIn } from '../api/session';
import { sentenceFor } from '../domain/errorSentences';
import type { SessionAnswer } from '../protocol/shapes';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { Mark } from '../ui/Mark';
import styles from './SignIn.module.css';

/** The form at every address until an agent is signed in. `notice`: why it is here in the middle of work. */
export function SignIn({ notice, email = '', onSignedIn }: SignInProps) {
  const [fault, setFault] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [isShown, setShown] = useState(false);
  const emailField = useRef<HTMLInputElement>(null);
  const passwordField = useRef<HTMLInputElement>(null);

  useEffect(() => {
    (email === '' ? emailField : passwordField).current?.focus();
  }, [email]);

  const handleSubmit = async (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    try {
      const address = emailField.current?.value.trim() ?? '';
      onSignedIn(await signIn(address, passwordField.current?.value ?? ''));
    } catch (error) {
      setFault(faultWords(error));
      passwordField.current?.select();
    } finally {
      setBusy(false);
    }
  };

  return (
    <div className={styles.page}>
      <main className={styles.column}>
        <div className={styles.head}>
          <Mark size={40} />
          <h1>Forthwith</h1>
        </div>
        <form
          className={styles.form}
          aria-label="Sign in"
          onSubmit={(event) => void handleSubmit(event)}
        >
          {notice === undefined ? null : <p className={styles.notice}>{notice}</p>}
          <label className={styles.label}>
            Email
            <input
              ref={emailField}
              className={styles.field}
              name="email"
              type="email"
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              defaultValue={email}
              required
            />
          </label>
          <div className={styles.label}>
            <label htmlFor="password">Password</label>
            <div className={styles.secret}>
              <input
                ref={passwordField}
                id="password"
                className={styles.field}
                name="password"
                type={isShown ? 'text' : 'password'}
                autoComplete="current-password"
                aria-invalid={fault === null ? undefined : true}
                aria-describedby={fault === null ? undefined : 'fault'}
                required
              />
              <Button
                look="text"
                small
                className={styles.show}
                aria-label={isShown ? 'Hide the password' : 'Show the password'}
                onClick={() => setShown(!isShown)}
              >
                {isShown ? 'Hide' : 'Show'}
              </Button>
            </div>
          </div>
          {fault === null ? null : (
            <p id="fault" className={styles.fault} role="alert">
              <Icon name="alert" size={16} />
              {fault}
            </p>
          )}
          <Button type="submit" look="primary" className={styles.submit} aria-disabled={isBusy}>
            {isBusy ? 'Signing in…' : 'Sign in'}
          </Button>
        </form>
        <p className={styles.help}>Forgotten it? Whoever runs this inbox can reset it.</p>
      </main>
      <footer className={styles.foot}>{location.host}</footer>
    </div>
  );
}

interface SignInProps {
  notice?: string | undefined;
  /** Filled in already when somebody signs in again. */
  email?: string | undefined;
  onSignedIn: (session: SessionAnswer) => void;
}

function faultWords(error: unknown): string {
  if (error instanceof ApiError && error.status > 0) return sentenceFor(error.code, error.params);
  return 'The server does not answer. Check the connection and try again.';
}
