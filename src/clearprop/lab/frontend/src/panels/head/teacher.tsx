/** For teachers: which controls a link shows. */
import type { JSX } from "preact";
import { useLab } from "../../state";
import { CopyButton } from "./copying";

export function Teacher(): JSX.Element {
  const lab = useLab();
  const hidden = lab.hidden.value;
  const toggle = (name: string): void => {
    lab.hidden.value = new Set(hidden.has(name) ? [...hidden].filter((one) => one !== name) : [...hidden, name]);
  };
  return (
    <div class="cp-settings">
      <p class="cp-note">What is not ticked is hidden here, and by the link, for whoever opens it.</p>
      <fieldset class="cp-features is-list is-columns">
        <legend>Controls</legend>
        <div>
          {lab.catalogue.value!.controls.filter((one) => one.name !== "teacher").map((one) => (
            <label key={one.name} title={one.help}>
              <input type="checkbox" checked={!hidden.has(one.name)} onChange={() => toggle(one.name)} />
              <span>{one.title}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <div class="cp-row">
        <CopyButton
          label="Copy the link"
          text={async () => {
            const { reply } = await lab.ask({ type: "take_away", form: "link", hidden: [...hidden] });
            return reply.type === "taken_away" ? location.origin + location.pathname + reply.text : "";
          }}
        />
      </div>
    </div>
  );
}
