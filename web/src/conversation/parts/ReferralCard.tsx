import { linksIn } from '../../domain/links';
import type { Referral } from '../../protocol/shapes';
import styles from './MessageParts.module.css';

/** The advertisement or post that led here, in its own words. Its picture is not fetched. */
export function ReferralCard({ referral }: { referral: Referral }) {
  const { headline, body, source_url: url, source_type: type } = referral;
  const link = linksIn(url).find(({ start, end }) => start === 0 && end === url.length);
  return (
    <div className={styles.sheet}>
      <em className={styles.label}>
        {type === 'post' ? 'Came from a post' : 'Came from an advertisement'}
      </em>
      {headline === '' ? null : <b dir="auto">{headline}</b>}
      {body === '' ? null : <span dir="auto">{body}</span>}
      {link === undefined ? null : (
        <a href={link.href} target="_blank" rel="noopener noreferrer nofollow" dir="ltr">
          {link.shown}
        </a>
      )}
    </div>
  );
}
