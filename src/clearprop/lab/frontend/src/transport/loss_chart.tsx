import type { JSX } from "preact";
export function LossChart(): JSX.Element { return <div />; }
