/** What the page has a place for, beside stage, plane and transport. */
import type { JSX } from "preact";

/** At the right of the page's head: lessons, take away, theme, help. */
export function HeaderTools(): JSX.Element | null { return null; }
/** At the left: data, network, training. */
export function Rail(): JSX.Element | null { return null; }
/** Beneath the stage: the derivation of what is selected. */
export function Derivation(): JSX.Element | null { return null; }
/** Beneath everything: doctor, surface, race, data desk. */
export function Bench(): JSX.Element | null { return null; }
/** Dialogs and the tour. */
export function Overlays(): JSX.Element | null { return null; }
