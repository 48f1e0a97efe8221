import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Icon, IconButton } from "./button";

/** A modal dialog: Escape and the cross close it, and the focus returns to where it was. */
export function Dialog(given: { title: string; open: boolean; onClose(): void; wide?: boolean; children: ComponentChildren }): JSX.Element {
  const id = useId();
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = element.current!;
    if (given.open && !dialog.open) dialog.showModal();
    if (!given.open && dialog.open) dialog.close();
  }, [given.open]);
  return (
    <dialog ref={element} class={`cp-dialog ${given.wide ? "is-wide" : ""}`} aria-labelledby={id} onClose={given.onClose}>
      <header>
        <h2 id={id}>{given.title}</h2>
        <IconButton kind="quiet" label="Close" onClick={given.onClose}><Icon name="close" /></IconButton>
      </header>
      {given.open && given.children}
    </dialog>
  );
}
