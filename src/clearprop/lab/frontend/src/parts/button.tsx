import type { ButtonHTMLAttributes, ComponentChildren, JSX } from "preact";

type Given = ButtonHTMLAttributes<HTMLButtonElement> & {
  kind?: "plain" | "primary" | "quiet";
  class?: string;
  children?: ComponentChildren;
};

export function Button({ kind = "plain", class: more = "", ...rest }: Given): JSX.Element {
  return <button type="button" class={`cp-button is-${kind} ${more}`} {...rest} />;
}

/** A button that shows a picture alone; `label` is its name, and its tooltip. */
export function IconButton({ label, class: more = "", ...rest }: Given & { label: string }): JSX.Element {
  return <Button aria-label={label} title={label} class={`cp-icon ${more}`} {...rest} />;
}

const PATHS: Record<string, string> = {
  play: "M6 4.2v11.6a.6.6 0 0 0 .9.5l9.3-5.8a.6.6 0 0 0 0-1L6.900 3.700A.6.6 0 0 0 6 4.2z",
  pause: "M5.500 4h3v12h-3zM11.500 4h3v12h-3z",
  forward: "M4.500 4.700v10.600l7.700-5.300zM13.500 4.500h2v11h-2z",
  back: "M15.500 4.700v10.600L7.800 10zM4.500 4.500h2v11h-2z",
  reset: "M10 4V1.500L5.500 5 10 8.500V6a4.500 4.500 0 1 1-4.500 4.500h-2A6.500 6.500 0 1 0 10 4z",
  close: "M5.300 4 4 5.300 8.700 10 4 14.700 5.300 16l4.700-4.700 4.700 4.700 1.300-1.300-4.700-4.700L16 5.300 14.700 4 10 8.700z",
  table: "M3 4h14v12H3zM4.500 8v2.500h4V8zm5.500 0v2.500h5.500V8zM4.500 12v2.500h4V12zm5.500 0v2.500h5.500V12z",
};

export function Icon({ name }: { name: keyof typeof PATHS | string }): JSX.Element {
  return (
    <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
      <path fill="currentColor" fill-rule="evenodd" d={PATHS[name]} />
    </svg>
  );
}
