import { durationWords, sizeWords } from '../../domain/media';
import { removeChosen, type ChosenFile } from '../../outbox/chosen';
import { chosenUrl } from '../../outbox/localUrls';
import { cx } from '../../ui/cx';
import { Icon } from '../../ui/Icon';
import { IconButton } from '../../ui/IconButton';
import { useEscape } from '../../ui/useEscape';
import styles from './FileStrip.module.css';

/** The files above the composer, whose text goes under the first of them. One alone is shown large. */
export function FileStrip({ conversationId, files }: FileStripProps) {
  const refused = files.filter((file) => file.refused !== null);
  const going = files.filter((file) => file.refused === null);
  const remove = (key: string) => removeChosen(conversationId, key);
  useEscape(() => {
    for (const { key } of files) remove(key);
  });
  return (
    <section className={styles.strip} aria-label="Files to send">
      {going.length === 0 ? null : (
        <ul className={cx(styles.files, going.length === 1 && styles.single)}>
          {going.map((file) => (
            <li key={file.key} className={styles.file} data-chosen={file.ready ? 'ready' : ''}>
              <Preview file={file} />
              <IconButton
                icon="close"
                label={`Take ${file.name} away`}
                className={styles.remove}
                onClick={() => remove(file.key)}
              />
            </li>
          ))}
        </ul>
      )}
      {refused.map((file) => (
        <p key={file.key} className={styles.refused} role="alert" data-refused="">
          <Icon name="alert" size={16} />
          <span className={styles.why}>
            <bdi>{file.name}</bdi>: {file.refused}
          </span>
          <IconButton
            icon="close"
            label={`Close the notice about ${file.name}`}
            onClick={() => remove(file.key)}
          />
        </p>
      ))}
    </section>
  );
}

interface FileStripProps {
  conversationId: string;
  files: readonly ChosenFile[];
}

function Preview({ file: { name, ready } }: { file: ChosenFile }) {
  if (!ready) return <span className={styles.tile}>Getting it ready</span>;
  const { kind, media } = ready;
  const url = chosenUrl(ready.file);
  if (kind === 'image') return <img className={styles.picture} src={url} alt={name} />;
  if (kind === 'video') {
    return (
      <video className={styles.picture} src={`${url ?? ''}#t=0.001`} preload="metadata" muted />
    );
  }
  return (
    <span className={styles.tile}>
      <Icon name={kind === 'audio' ? 'voice' : 'document'} />
      <bdi className={styles.name}>{name}</bdi>
      <span>
        {media.duration_ms === undefined ? sizeWords(media.size) : durationWords(media.duration_ms)}
      </span>
    </span>
  );
}
