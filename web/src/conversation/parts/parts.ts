/** What is loaded for the first message that is more than words. */

export { goToRow } from './goToRow';
export { MessageParts } from './MessageParts';
export { Quote } from './Quote';
export { Reactions } from './Reactions';
