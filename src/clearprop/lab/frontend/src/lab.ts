/** The page, in anywidget's form: `render` fills an element, over whatever model the host gives. */
import "katex/dist/katex.min.css";
import "uplot/dist/uPlot.min.css";
import "./style/tokens.css";
import "./style/base.css";
import "./style/page.css";
import "./style/stage.css";
import "./style/plane.css";
import "./style/transport.css";
import "./style/panels.css";
import { h, render as draw } from "preact";
import { App } from "./app";
import { keepKeys } from "./hosts/jupyter";
import type { Model } from "./link";
import { addFonts } from "./parts/fonts";
import { LabProvider, makeLab } from "./state";

export function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  addFonts();
  const lab = makeLab(model);
  draw(h(LabProvider, { value: lab }, h(App, null)), el);
  const leaveKeys = keepKeys(el);
  return () => {
    leaveKeys();
    lab.close();
    draw(null, el);
  };
}

export { recorded } from "./hosts/recorded";
export { websocket } from "./hosts/websocket";

export default { render };
