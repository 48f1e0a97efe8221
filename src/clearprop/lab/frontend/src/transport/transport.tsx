/** The bar: play, pause and step; where training stands; what is done at this moment. */
import type { JSX } from "preact";
import { Button, Icon, IconButton } from "../parts/button";
import { Segments } from "../parts/field";
import { percent, short, whole } from "../parts/numerals";
import { useControl, useLab } from "../state";
import { GRAINS, seek, step, USUAL_SPEED } from "./moving";
import { Moment } from "./moment";

const SPEEDS: readonly [number, string][] = [[0.5, "½ a second"], [1, "1 a second"], [2, "2 a second"], [5, "5 a second"], [20, "20 a second"], [Infinity, "full speed"]];

function Figure({ label, value, kind = "" }: { label: string; value: string; kind?: string }): JSX.Element {
  return <div class={`cp-figure ${kind}`}><dt>{label}</dt><dd>{value}</dd></div>;
}

function Figures(): JSX.Element {
  const lab = useLab();
  const shown = lab.frame.value!;
  const { batches } = lab.network.value!;
  const isShare = shown.metric_name === "accuracy";
  const metric = (value: number | null): string => (isShare ? percent(value) : short(value));
  const heldOut = shown.validation_loss !== null;
  return (
    <dl class="cp-figures">
      <Figure label="Epoch" value={whole(shown.place.epoch)} kind="is-epoch" />
      {batches > 1 && <Figure label="Batch" value={`${shown.place.batch}\u2009/\u2009${batches}`} kind="is-batch" />}
      <Figure label="Loss" value={short(shown.loss, 4)} />
      {heldOut && <Figure label="Held-out loss" value={short(shown.validation_loss, 4)} kind="is-held-out-loss" />}
      <Figure
        label={heldOut ? `Held-out ${shown.metric_name}` : shown.metric_name.replace(/^a/, "A")}
        value={metric(heldOut ? shown.validation_metric : shown.metric)} kind="is-metric"
      />
    </dl>
  );
}

function Buttons(): JSX.Element {
  const lab = useLab();
  const playing = lab.playing.value;
  const grain = lab.grain.value;
  const [play, back, forward, reset] = (["play", "back", "forward", "reset"] as const).map(useControl);
  return (
    <div class="cp-transport-buttons" role="group" aria-label="Play and step">
      {reset.shown && <IconButton label="Rewind to the start (R)" onClick={() => seek(lab, 0)}><Icon name="reset" /></IconButton>}
      {back.shown && <IconButton label={`Step back by one ${grain} (left arrow)`} onClick={() => step(lab, -1)}><Icon name="back" /></IconButton>}
      {play.shown && (
        <Button kind="primary" class="cp-play" title={`${play.help} (space)`} onClick={() => { lab.playing.value = !playing; }}>
          <Icon name={playing ? "pause" : "play"} />{playing ? "Pause" : "Play"}
        </Button>
      )}
      {forward.shown && <IconButton label={`Step forward by one ${grain} (right arrow)`} onClick={() => step(lab, 1)}><Icon name="forward" /></IconButton>}
    </div>
  );
}

export function Transport(): JSX.Element {
  const lab = useLab();
  const grain = useControl("grain");
  const speed = useControl("speed");
  return (
    <div class="cp-transport" role="region" aria-label="Transport">
      <div class="cp-transport-bar">
        <Buttons />
        {grain.shown && (
          <Segments
            bare label={grain.label} help={grain.help} value={lab.grain.value} options={GRAINS}
            onChange={(value) => { lab.grain.value = value; lab.speed.value = USUAL_SPEED[value]; }}
          />
        )}
        {speed.shown && (
          <label class="cp-speed" title={speed.help}>
            <span class="cp-unseen">{speed.label}</span>
            <select
              class="cp-select" value={String(lab.speed.value)}
              onChange={(event) => { lab.speed.value = Number(event.currentTarget.value); }}
            >
              {SPEEDS.map(([value, label]) => <option key={label} value={String(value)}>{label}</option>)}
            </select>
          </label>
        )}
        <Figures />
      </div>
      <Moment />
    </div>
  );
}
