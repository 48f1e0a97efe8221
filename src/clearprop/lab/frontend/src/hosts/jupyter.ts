/**
 * JupyterLab hears every key before the page that has the focus: pressed twice, D would delete the lab's own cell. It
 * leaves alone the element that bears this attribute, which has to be the very one that has the focus. Keys with
 * Control and the like stay JupyterLab's: to save, for one.
 */
const OURS = "data-lm-suppress-shortcuts";

/** Has plain keys to the page within this element; returns what ends it. */
export function keepKeys(root: Element): () => void {
  const before = (event: KeyboardEvent): void => {
    const target = event.target as Element;
    if (root.contains(target)) target.toggleAttribute(OURS, !event.ctrlKey && !event.metaKey && !event.altKey);
  };
  window.addEventListener("keydown", before, true);
  return () => window.removeEventListener("keydown", before, true);
}
