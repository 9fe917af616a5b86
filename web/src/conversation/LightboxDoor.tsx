import { useEffect, useState } from 'react';
import { pictureWanted, type PictureWanted } from '../domain/pictureWanted';
import { later } from './later';

const lightbox = later(() => import('./media/Lightbox'));

/** Shows a picture large when somebody asks for it. */
export function LightboxDoor() {
  const [wanted, setWanted] = useState<PictureWanted | null>(null);
  useEffect(() => pictureWanted.subscribe(setWanted), []);
  return wanted && <Opened wanted={wanted} onClose={() => setWanted(null)} />;
}

function Opened(props: { wanted: PictureWanted; onClose: () => void }) {
  const loaded = lightbox.use();
  return loaded && <loaded.Lightbox {...props} />;
}
