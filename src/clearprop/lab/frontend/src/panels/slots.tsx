/** What the page has a place for, beside stage, plane and transport. */
export { HeaderTools, Overlays } from "./head/head";
export { LessonSteps } from "./head/lessons";
export { Rail } from "./rail";
export { Derivation } from "./derivation/derivation";
export { Bench } from "./bench/bench";
