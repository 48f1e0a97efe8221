import type { JSX } from "preact";
export function Transport(): JSX.Element { return <div />; }
