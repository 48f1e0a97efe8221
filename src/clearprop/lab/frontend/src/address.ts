/** The page's address: a link that stands in it is opened, and one that is taken away is written into it. */
import type { Answer } from "./link";
import type { Lab } from "./state";

const KEY = "clearprop-lab-link";

/** The fragment of what somebody pasted: a whole address, or the fragment alone. */
export const fragmentOf = (text: string): string => text.trim().slice(text.trim().indexOf("#") + 1);

/** Opens a link. Refused, all stays as it was, and the page says why. */
export async function openLink(lab: Lab, link: string): Promise<Answer> {
  lab.playing.value = false;
  const answer = await lab.act({ type: "open", link });
  if (answer.reply.type === "opened") remember(link);
  return answer;
}

/** Writes a link into the address, so that it can be copied from there and kept as a bookmark. */
export function writeLink(lab: Lab, link: string): void {
  if (!lab.ownsAddress) return;
  history.replaceState(null, "", `#${link}`);
  remember(link);
}

const remember = (link: string): void => sessionStorage.setItem(KEY, link);

/**
 * Begins where the page's address says, or, if that is no link, as usual. A tab that has opened this link before, and is
 * reloaded, goes on where it stood.
 */
export async function begin(lab: Lab): Promise<void> {
  const link = lab.ownsAddress ? location.hash.slice(1) : "";
  if (!link) return void await lab.act({ type: "open" });
  if (sessionStorage.getItem(KEY) === link) {
    const { reply } = await lab.act({ type: "open" });
    if (reply.type === "opened" && (reply.frame.place.furthest.some((count) => count > 0) || reply.frame.edited)) return;
  }
  const { reply } = await openLink(lab, link);
  if (reply.type !== "refused") return;
  await lab.act({ type: "open" });
  lab.refusal.value = reply;
}

/** Follows what is typed or pasted into the address while the page is open; returns what ends it. */
export function followAddress(lab: Lab): () => void {
  const follow = (): void => {
    const link = location.hash.slice(1);
    if (link) void openLink(lab, link);
  };
  if (lab.ownsAddress) addEventListener("hashchange", follow);
  return () => removeEventListener("hashchange", follow);
}
