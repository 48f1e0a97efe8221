/** What is wider than its place can be scrolled with the keyboard, too: then, and only then, Tab leads to it. */
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

export function useScrolling(box: RefObject<HTMLElement | null>, label: string): void {
  useEffect(() => {
    const element = box.current!;
    const look = (): void => {
      const scrolls = element.scrollWidth > element.clientWidth + 1;
      if (scrolls === element.hasAttribute("tabindex")) return;
      if (!scrolls) for (const name of ["tabindex", "role", "aria-label"]) element.removeAttribute(name);
      else for (const [name, value] of [["tabindex", "0"], ["role", "group"], ["aria-label", label]]) element.setAttribute(name, value);
    };
    const observer = new ResizeObserver(look);
    observer.observe(element);
    for (const child of element.children) observer.observe(child);
    return () => observer.disconnect();
  });
}
