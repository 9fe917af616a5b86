/** What is loaded for the first message that is more than words. */

export { MessageParts } from './MessageParts';
export { Quote } from './Quote';
export { Reactions } from './Reactions';
