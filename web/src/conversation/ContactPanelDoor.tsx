import type { ComponentProps } from 'react';
import type { ContactPanel as Panel } from './ContactPanel';
import { later } from './later';

const panel = later(() => import('./ContactPanel'));

/** Loaded when it is opened first: the page opens without it. */
export function ContactPanel(props: ComponentProps<typeof Panel>) {
  const loaded = panel.use();
  return loaded && <loaded.ContactPanel {...props} />;
}
