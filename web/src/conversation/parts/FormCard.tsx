import type { Form } from '../../protocol/shapes';
import styles from './MessageParts.module.css';

/** A filled form, answer by answer. */
export function FormCard({ form }: { form: Form }) {
  return (
    <div className={styles.sheet}>
      <b>Answers to a form</b>
      {form.fields.length === 0 ? (
        <span>It came without answers.</span>
      ) : (
        <dl className={styles.answers}>
          {form.fields.map(({ name, value }) => (
            <div key={name}>
              <dt dir="auto">{words(name)}</dt>
              <dd dir="auto">{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

/** Names of fields are a programmer's: `screen_0_First_name_1`. */
function words(name: string): string {
  return name
    .replace(/^screen_\d+_/, '')
    .replace(/_\d+$/, '')
    .replaceAll('_', ' ');
}
