/** The present state in another form: to copy, to save, to hand on. */
import type { JSX } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import { Button } from "../../parts/button";
import { Field, Segments } from "../../parts/field";
import type { TakeAway as Asked, TakenAway } from "../../protocol";
import { fragmentOf, openLink, writeLink } from "../../address";
import { useLab } from "../../state";
import { CopyButton, save } from "./copying";

type Form = Asked["form"];
const FORMS: { value: Form; label: string; says: string }[] = [
  { value: "python", label: "Python", says: "A program that begins where this began and comes to the very same numbers." },
  { value: "link", label: "Link", says: "An address with all settings and weights: whoever opens it in a lab of theirs stands here." },
  { value: "replay", label: "Replay", says: "The training so far as one page that plays by itself, without Python and without a network." },
  { value: "svg", label: "Picture", says: "The network with its present numbers, as SVG." },
  { value: "latex", label: "LaTeX", says: "The derivation that is open, for a paper or a sheet." },
];

export function TakeAway({ onOpened }: { onOpened(): void }): JSX.Element {
  const lab = useLab();
  const [form, setForm] = useState<Form>("python");
  const [taken, setTaken] = useState<TakenAway | null>(null);
  const [wrong, setWrong] = useState("");
  useEffect(() => {
    setTaken(null);
    setWrong("");
    void lab.ask({ type: "take_away", form, name: lab.selected.peek(), scope: lab.derivation.peek()?.scope, hidden: [...lab.hidden.peek()] }).then(({ reply }) => {
      if (reply.type === "taken_away") {
        setTaken(reply);
        if (form === "link") writeLink(lab, fragmentOf(reply.text));
      } else if (reply.type === "refused") setWrong(reply.message);
    });
  }, [form]);
  const chosen = FORMS.find((one) => one.value === form)!;
  return (
    <div class="cp-settings">
      <Segments label="As" bare value={form} options={FORMS} onChange={(one) => setForm(one)} />
      <p class="cp-note">{chosen.says}</p>
      {wrong && <p class="cp-error" role="alert">{wrong}</p>}
      {taken && (
        <>
          {taken.text.length < 200_000 && <pre class="cp-taken" tabIndex={0}>{form === "link" ? address(taken.text) : taken.text}</pre>}
          <div class="cp-row">
            <CopyButton label="Copy" text={() => (form === "link" ? address(taken.text) : taken.text)} />
            <Button onClick={() => save(taken.text, taken.file, taken.media)}>Save as {taken.file}</Button>
          </div>
        </>
      )}
      {!taken && !wrong && <p class="cp-note" role="status">One moment…</p>}
      {lab.can("configure") && <OpenLink onOpened={onOpened} />}
    </div>
  );
}

/** The way back: a link that somebody sent, opened here. */
function OpenLink({ onOpened }: { onOpened(): void }): JSX.Element {
  const lab = useLab();
  const id = useId();
  const [link, setLink] = useState("");
  const [wrong, setWrong] = useState("");
  const open = async (): Promise<void> => {
    const { reply } = await openLink(lab, fragmentOf(link));
    if (reply.type !== "refused") return onOpened();
    lab.refusal.value = null; // it is said here
    setWrong(reply.message);
  };
  return (
    <form class="cp-open-link" onSubmit={(event) => { event.preventDefault(); void open(); }}>
      <Field id={id} label="Open a link that you were sent" error={wrong}>
        <div class="cp-row">
          <input
            id={id} class="cp-input cp-code" type="text" value={link} spellcheck={false} autocomplete="off" placeholder="http://…/#1.…"
            aria-invalid={wrong ? true : undefined} onInput={(event) => { setLink(event.currentTarget.value); setWrong(""); }}
          />
          <Button type="submit" disabled={!link.trim()}>Open</Button>
        </div>
      </Field>
    </form>
  );
}

/** Links come as fragments; here is the page that they belong to. */
const address = (text: string): string => (text.startsWith("#") && location.protocol.startsWith("http") ? location.origin + location.pathname + text : text);
