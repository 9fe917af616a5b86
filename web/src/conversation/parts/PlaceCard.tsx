import type { Location } from '../../protocol/shapes';
import { Icon } from '../../ui/Icon';
import styles from './MessageParts.module.css';

/** A place by name and degrees. It opens in whatever the agent's device uses for `geo:`; no map is fetched. */
export function PlaceCard({ place }: { place: Location }) {
  const degrees = `${spelled(place.latitude)}, ${spelled(place.longitude)}`;
  return (
    <a className={styles.card} href={`geo:${place.latitude},${place.longitude}`}>
      <span className={styles.tile}>
        <Icon name="place" size={20} />
      </span>
      <span className={styles.lines}>
        <b dir="auto">{place.name ?? 'A place'}</b>
        {place.address === undefined ? null : <span dir="auto">{place.address}</span>}
        <span>{degrees}</span>
      </span>
    </a>
  );
}

/** Four decimals are ten metres. */
function spelled(degrees: number): string {
  return degrees.toFixed(4);
}
