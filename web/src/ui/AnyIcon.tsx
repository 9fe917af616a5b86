import { Outline, type IconLook, type IconName } from './Icon';
import { shapes } from './iconShapes';
import { rareShapes } from './rareIconShapes';

const all = { ...shapes, ...rareShapes };

/** As `Icon`, for parts of the page that are loaded on demand: they bring the rarer drawings along. */
export function AnyIcon({
  name,
  ...look
}: IconLook & { name: IconName | keyof typeof rareShapes }) {
  return <Outline {...look}>{all[name]}</Outline>;
}
