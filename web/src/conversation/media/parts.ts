/** What is loaded when the first file is drawn or chosen. */

export { chooseFiles } from './chooseFiles';
export { FileStrip } from './FileStrip';
export { MediaBody } from './MediaBody';
export { UnsentThumb } from './UnsentThumb';
