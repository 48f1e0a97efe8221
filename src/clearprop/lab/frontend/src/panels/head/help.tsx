/** What everything is called, what it does, and which keys do it. */
import type { JSX } from "preact";
import { useLab } from "../../state";

const KEYS: [string, string][] = [
  ["Space", "play, or pause"],
  ["→ or .", "one step forward, of the chosen grain"],
  ["← or ,", "one step back"],
  ["Tab", "from control to control, into the network and out of it"],
  ["Arrow keys", "within the network: from neuron to neuron; on the loss curve: rewind"],
  ["Enter", "derive the neuron or weight that has the focus; in the plane, look at a row or set a point"],
  ["Escape", "close what is open"],
];

export function Help(): JSX.Element {
  const lab = useLab();
  return (
    <div class="cp-settings cp-help-page">
      <h3>Keys</h3>
      <dl>{KEYS.map(([key, does]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{does}</dd></div>)}</dl>
      <h3>Names</h3>
      <p class="cp-note">
        W2[3,1] is the weight from neuron 3 of layer 1 to neuron 1 of layer 2, b2[1] that neuron's bias, z2[1] its weighted sum, a2[1] what its
        activation makes of it, delta2[1] the slope of the loss by that sum. Layer 0 are the inputs x[1], x[2] …; targets are y[1] …
      </p>
      <h3>Everything on this page</h3>
      <dl>{lab.catalogue.value!.controls.map((one) => <div key={one.name}><dt>{one.title}</dt><dd>{one.help}</dd></div>)}</dl>
    </div>
  );
}
