import type { JSX } from "preact";
export function Plane(): JSX.Element { return <div />; }
