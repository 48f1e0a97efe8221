/** Numbers as people read them: a true minus sign, few digits, none that jump in width. */

const MINUS = "\u2212";

export function short(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined) return "\u2013";
  if (Number.isNaN(value)) return "\u00b7\u00b7\u00b7";
  if (!Number.isFinite(value)) return value > 0 ? "\u221e" : `${MINUS}\u221e`;
  const size = Math.abs(value);
  const text = size !== 0 && (size >= 10_000 || size < 0.5 * 10 ** -digits)
    ? size.toExponential(1).replace("e-", `e${MINUS}`).replace("e+", "e")
    : size.toFixed(size >= 1000 ? 0 : size >= 100 ? Math.min(digits, 1) : size >= 10 ? Math.min(digits, 2) : digits);
  return value < 0 && !/^0(\.0*)?$/.test(text) ? MINUS + text : text;
}

/** Three digits at most, for a narrow place: a number near zero by its power of ten alone. */
export function tight(value: number | null | undefined): string {
  const size = Math.abs(value ?? NaN);
  if (!Number.isFinite(size)) return short(value);
  if (size !== 0 && (size < 0.0005 || size >= 10_000)) {
    return size.toExponential(0).replace("e-", `e${MINUS}`).replace("e+", "e").replace(/^/, value! < 0 ? MINUS : "");
  }
  return short(value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

/** To so many significant figures, as formulas have them. */
export function figures(value: number | null | undefined, count = 5): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return short(value);
  const size = Math.abs(value);
  const text = size !== 0 && (size < 1e-4 || size >= 1e6)
    ? value.toExponential(count - 1).replace("e-", `e${MINUS}`).replace("e+", "e")
    : String(Number(value.toPrecision(count)));
  return text.replace("-", MINUS);
}

/** With its sign always, for sums and tooltips. */
export const signed = (value: number, digits = 3): string => (value > 0 ? `+${short(value, digits)}` : short(value, digits));

export const percent = (value: number | null): string => (value === null ? "\u2013" : `${(100 * value).toFixed(1)}\u2009%`);

export const whole = (value: number): string => value.toLocaleString("en-GB").replaceAll(",", "\u2009");
