import { useChosen, type ChosenFile } from '../outbox/chosen';
import { useMediaParts } from './mediaParts';

/** Above the composer: the files that go out with the next Enter, and those that cannot. */
export function ChosenFiles({ conversationId }: { conversationId: string }) {
  const files = useChosen(conversationId);
  return files.length === 0 ? null : <Strip conversationId={conversationId} files={files} />;
}

function Strip(props: { conversationId: string; files: readonly ChosenFile[] }) {
  const parts = useMediaParts();
  return parts && <parts.FileStrip {...props} />;
}
