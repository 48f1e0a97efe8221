import type { JSX } from "preact";
export function Stage(): JSX.Element { return <div />; }
