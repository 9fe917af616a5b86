import { later } from './later';

/** Everything that draws and prepares files is a script of its own: the page opens without it. */
export const { load: loadMediaParts, use: useMediaParts } = later(() => import('./media/parts'));
