const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * A part of the page that is not fetched with it: asked for until it comes, more and more rarely. The line may be
 * cut, or the server restart, between the page and its parts; drawing must not fail by that.
 */
export async function fetchedLater<Part>(fetchPart: () => Promise<Part>): Promise<Part> {
  for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(2 * wait, LONGEST_PAUSE_MS)) {
    try {
      return await fetchPart();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}
