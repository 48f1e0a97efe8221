import type { ComponentChildren, JSX } from "preact";
import { useId, useRef } from "preact/hooks";

export interface Tab { name: string; title: string; body(): ComponentChildren }

/** Tabs by the pattern of ARIA: arrow keys, Home and End move, and what is reached is shown. */
export function Tabs(given: { label: string; tabs: readonly Tab[]; chosen: string; onChoose(name: string): void }): JSX.Element {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const place = Math.max(0, given.tabs.findIndex((tab) => tab.name === given.chosen));
  const go = (to: number): void => {
    const next = (to + given.tabs.length) % given.tabs.length;
    given.onChoose(given.tabs[next].name);
    (list.current!.children[next] as HTMLElement).focus();
  };
  const keys: Record<string, () => void> = {
    ArrowRight: () => go(place + 1),
    ArrowLeft: () => go(place - 1),
    Home: () => go(0),
    End: () => go(given.tabs.length - 1),
  };
  return (
    <div class="cp-tabs">
      <div
        ref={list} role="tablist" aria-label={given.label} class="cp-tablist"
        onKeyDown={(event) => {
          if (!keys[event.key]) return;
          event.preventDefault();
          event.stopPropagation();
          keys[event.key]();
        }}
      >
        {given.tabs.map((tab, at) => (
          <button
            key={tab.name} type="button" role="tab" id={`${id}-${tab.name}`} aria-selected={at === place}
            aria-controls={`${id}-panel`} tabIndex={at === place ? 0 : -1} onClick={() => given.onChoose(tab.name)}
          >{tab.title}</button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${given.tabs[place].name}`} tabIndex={0} class="cp-tabpanel">
        {given.tabs[place].body()}
      </div>
    </div>
  );
}
