/** Controls with a label and a help that opens beneath it. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";

interface Labelled { label: string; help?: string; disabled?: boolean; error?: string }

interface FieldGiven extends Labelled {
  value?: string; // beside the label
  id: string;
  children: ComponentChildren;
}

/** Label, help and error around a control whose id is `id`; the control names `describedBy(id)`. */
export function Field({ id, label, help, error, value, children }: FieldGiven): JSX.Element {
  const [open, setOpen] = useState(false);
  return (
    <div class={`cp-field ${error ? "is-refused" : ""}`}>
      <div class="cp-field-head">
        <label for={id}>{label}</label>
        {value !== undefined && <output for={id} class="cp-field-value">{value}</output>}
        {help && <HelpButton what={label} open={open} controls={`${id}-help`} onToggle={() => setOpen(!open)} />}
      </div>
      {children}
      {help && <p id={`${id}-help`} class="cp-help" hidden={!open}>{help}</p>}
      {error && <p id={`${id}-error`} class="cp-error" role="alert">{error}</p>}
    </div>
  );
}

const describedBy = (id: string, { help, error }: Labelled): string | undefined =>
  [help && `${id}-help`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;

export function HelpButton(given: { what: string; open: boolean; controls: string; onToggle(): void }): JSX.Element {
  return (
    <button
      type="button" class="cp-help-button" aria-expanded={given.open} aria-controls={given.controls}
      aria-label={`Help: ${given.what}`} title={`Help: ${given.what}`} onClick={given.onToggle}
    >?</button>
  );
}

type NumberGiven = Labelled & {
  value: number; min?: number; max?: number; step?: number | "any"; onChange(value: number): void;
};

/** A number to type: told when the field is left or Enter is pressed, not at each key. */
export function NumberField(given: NumberGiven): JSX.Element {
  const id = useId();
  const { value, min, max, step = "any", disabled, onChange } = given;
  const [text, setText] = useState(String(value));
  const isTyped = useRef(false);
  const isHeld = useRef(false); // from the focus to Enter: what trains meanwhile does not write over it, nor take the selection away
  useEffect(() => { if (!isHeld.current) setText(String(value)); }, [value]);
  const leave = (): void => {
    isHeld.current = false;
    if (!isTyped.current) return setText(String(value));
    isTyped.current = false;
    const typed = Number(text.replace(",", "."));
    if (text.trim() === "" || Number.isNaN(typed)) setText(String(value));
    else if (typed !== value) onChange(typed);
  };
  return (
    <Field {...given} value={undefined} id={id}>
      <input
        id={id} type="number" inputMode="decimal" class="cp-input" value={text} min={min} max={max} step={step}
        disabled={disabled} aria-describedby={describedBy(id, given)} aria-invalid={given.error ? true : undefined}
        onFocus={() => { isHeld.current = true; }} onBlur={leave}
        onInput={(event) => { isTyped.current = isHeld.current = true; setText(event.currentTarget.value); }}
        onKeyDown={(event) => { if (event.key === "Enter") leave(); }}
      />
    </Field>
  );
}

type SliderGiven = Labelled & {
  value: number; min: number; max: number; step?: number; format?(value: number): string;
  onInput?(value: number): void; onChange?(value: number): void;
};

/** `onInput` is told while it is dragged, `onChange` when it is let go. */
export function Slider(given: SliderGiven): JSX.Element {
  const id = useId();
  const { value, min, max, step = 1, disabled, format = String } = given;
  const [moved, setMoved] = useState<number | null>(null);
  const shown = moved ?? value;
  return (
    <Field {...given} id={id} value={format(shown)}>
      <input
        id={id} type="range" class="cp-slider" value={shown} min={min} max={max} step={step} disabled={disabled}
        aria-describedby={describedBy(id, given)} aria-valuetext={format(shown)}
        style={{ "--share": `${(100 * (shown - min)) / (max - min || 1)}%` }}
        onInput={(event) => { setMoved(event.currentTarget.valueAsNumber); given.onInput?.(event.currentTarget.valueAsNumber); }}
        onChange={(event) => { setMoved(null); given.onChange?.(event.currentTarget.valueAsNumber); }}
      />
    </Field>
  );
}

export interface Option<T extends string | number> { value: T; label: string; title?: string; picture?: JSX.Element }
type ChoiceGiven<T extends string | number> = Labelled & { value: T; options: readonly Option<T>[]; onChange(value: T): void };

export function Select<T extends string | number>(given: ChoiceGiven<T>): JSX.Element {
  const id = useId();
  const { value, options, disabled, onChange } = given;
  return (
    <Field {...given} value={undefined} id={id}>
      <select
        id={id} class="cp-select" disabled={disabled} aria-describedby={describedBy(id, given)}
        aria-invalid={given.error ? true : undefined} value={String(value)}
        onChange={(event) => onChange(options[event.currentTarget.selectedIndex].value)}
      >
        {options.map((one) => <option key={one.value} value={String(one.value)} title={one.title}>{one.label}</option>)}
      </select>
    </Field>
  );
}

/** A few choices side by side, as radio buttons. */
export function Segments<T extends string | number>(given: ChoiceGiven<T> & { bare?: boolean }): JSX.Element {
  const id = useId();
  return (
    <fieldset class={`cp-segments ${given.bare ? "is-bare" : ""}`} disabled={given.disabled} title={given.help}>
      <legend class={given.bare ? "cp-unseen" : ""}>{given.label}</legend>
      <div class="cp-segments-row">
        {given.options.map((one) => (
          <label key={one.value} title={one.title}>
            <input
              type="radio" name={id} checked={one.value === given.value} onChange={() => given.onChange(one.value)}
            />
            <span>{one.picture}{one.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export function Switch(given: Labelled & { value: boolean; onChange(value: boolean): void }): JSX.Element {
  const id = useId();
  return (
    <label class="cp-switch" title={given.help}>
      <input
        id={id} type="checkbox" role="switch" checked={given.value} disabled={given.disabled}
        onChange={(event) => given.onChange(event.currentTarget.checked)}
      />
      <span class="cp-switch-track" aria-hidden="true" />
      <span>{given.label}</span>
    </label>
  );
}
