/** At the right of the page's head: lessons, take away, help, theme; and what they open. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { Button } from "../../parts/button";
import { Dialog } from "../../parts/dialog";
import { Select, Switch } from "../../parts/field";
import type { AnyRequest } from "../../protocol";
import { useLab, type Lab, type Theme } from "../../state";
import { Help } from "./help";
import { LessonList } from "./lessons";
import { TakeAway } from "./take_away";
import { Teacher } from "./teacher";
import { Tour } from "./tour";

type Opened = "" | "lessons" | "take_away" | "teacher" | "help" | "tour";
const THEMES: { value: Theme; label: string }[] = [
  { value: "auto", label: "System's theme" }, { value: "light", label: "Light" }, { value: "dark", label: "Dark" },
];
const TOOLS: { name: Exclude<Opened, "" | "tour">; title: string; wide: boolean; asks?: AnyRequest["type"] }[] = [
  { name: "lessons", title: "Lessons", wide: true, asks: "lesson" },
  { name: "take_away", title: "Take away", wide: true, asks: "take_away" },
  { name: "teacher", title: "For teachers", wide: true, asks: "take_away" },
  { name: "help", title: "Help", wide: true },
];
const opened = new WeakMap<Lab, ReturnType<typeof signal<Opened>>>();

/** Which dialog a page has open. */
function useOpened(): ReturnType<typeof signal<Opened>> {
  const lab = useLab();
  return useMemo(() => {
    const known = opened.get(lab) ?? signal<Opened>("");
    opened.set(lab, known);
    return known;
  }, [lab]);
}

export function HeaderTools(): JSX.Element | null {
  const lab = useLab();
  const open = useOpened();
  if (!lab.catalogue.value) return null;
  return (
    <div class="cp-head-tools">
      {TOOLS.filter(({ name, asks }) => lab.shows(name) && (!asks || lab.can(asks)) && !(name === "teacher" && lab.projector.value)).map(({ name, title }) => (
        <Button key={name} kind="quiet" aria-haspopup="dialog" onClick={() => { open.value = name; }}>{title}</Button>
      ))}
      {lab.shows("projector") && <Switch label="Projector" help="Large letters and few controls" value={lab.projector.value} onChange={(on) => { lab.projector.value = on; }} />}
      {lab.shows("theme") && (
        <div class="cp-theme"><Select label="Theme" value={lab.theme.value} options={THEMES} onChange={(theme) => { lab.theme.value = theme; }} /></div>
      )}
    </div>
  );
}

export function Overlays(): JSX.Element | null {
  const open = useOpened();
  const lab = useLab();
  const close = (): void => { open.value = ""; };
  const hasTour = lab.can("configure") && lab.shows("tour");
  const body: Record<(typeof TOOLS)[number]["name"], () => JSX.Element> = {
    lessons: () => <LessonList onChosen={close} />,
    take_away: () => <TakeAway onOpened={close} />,
    teacher: () => <Teacher />,
    help: () => (
      <>
        {hasTour && <Button onClick={() => { open.value = "tour"; }}>Take the tour</Button>}
        <Help />
      </>
    ),
  };
  if (!lab.catalogue.value) return null;
  return (
    <>
      {TOOLS.map(({ name, title, wide }) => (
        <Dialog key={name} title={title} wide={wide} open={open.value === name} onClose={() => { if (open.value === name) close(); }}>
          {open.value === name && body[name]()}
        </Dialog>
      ))}
      {hasTour && <Tour asked={open.value === "tour"} onEnd={close} />}
    </>
  );
}
