/** The store: what Python last said, what is looked at, and the requests that change it. */
import { batch, computed, effect, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { begin, followAddress } from "./address";
import { link, type Answer, type Arrays, type Ask, type Model } from "./link";
import { play } from "./transport/playing";
import { hostTheme } from "./theme";
import type {
  AnyRequest, Catalogue, Control, DataInfo, Derivation, Frame, Grain, Lesson, NetworkInfo, Opened, Refused, Settings, View,
} from "./protocol";

/** A frame, and its arrays by name. */
export interface Shown extends Frame { readonly values: Arrays }
/** What a session was opened with; `values` are the arrays of its data. */
export interface Session extends Opened { readonly values: Arrays }

/** What stands in the place of an edge's weight. */
export type EdgeNumber = "weight" | "gradient" | "update";
export type Theme = "auto" | "light" | "dark";

export interface Lab {
  readonly opened: ReadonlySignal<Session | null>;
  readonly settings: ReadonlySignal<Settings | null>;
  readonly network: ReadonlySignal<NetworkInfo | null>;
  readonly data: ReadonlySignal<DataInfo | null>;
  readonly catalogue: ReadonlySignal<Catalogue | null>;
  readonly lesson: ReadonlySignal<Lesson | null>;
  readonly frame: ReadonlySignal<Shown | null>;

  /** Setting it starts and pauses: training runs for as long as it is true. */
  readonly playing: Signal<boolean>;
  readonly grain: Signal<Grain>;
  /** Steps of the grain a second; Infinity: as many as there is time for. */
  readonly speed: Signal<number>;
  readonly view: Signal<View>;

  /** The name whose derivation is open, such as "W2[3,1]"; "" for none. */
  readonly selected: Signal<string>;
  /** The last derivation of `selected` that was answered; its `path` lights up. */
  readonly derivation: Signal<Derivation | null>;
  /** Names that hovering lights, in formulas and on the stage alike. */
  readonly lit: Signal<ReadonlySet<string>>;
  readonly edges: Signal<EdgeNumber>;

  /** While points are drawn: the class (or the target) of the next one; null when they are not. */
  readonly drawing: Signal<number | null>;
  /** Points that were drawn and are too few yet to be trained on. */
  readonly pending: Signal<readonly [number, number, number][]>;
  /** Called with x1, x2 and the class of a point that was drawn. */
  readonly draw: Signal<((point: [number, number, number]) => void) | null>;

  readonly refusal: Signal<Refused | null>;
  /** Whether an answer takes so long that the page should say so, or seems not to come at all. */
  readonly waiting: ReadonlySignal<"" | "late" | "lost">;
  /** A sentence for screen readers, of what changed. */
  readonly said: Signal<string>;
  /** Controls that a lesson, a link or the teacher hides, by the names of `Catalogue.controls`. */
  readonly hidden: Signal<ReadonlySet<string>>;
  readonly theme: Signal<Theme>;
  readonly dark: ReadonlySignal<boolean>;
  readonly projector: Signal<boolean>;

  /** Whether a kind of request is answered: a replay answers some only. */
  can(type: AnyRequest["type"]): boolean;
  /** Begins anew with the present settings, so changed. */
  configure(change: Partial<Settings>): Promise<Answer>;
  /** Sends a request whose reply is `Opened` or `Frame`; the store follows. `view` is added. */
  act(request: AnyRequest): Promise<Answer>;
  /** Lets the store follow an answer; a frame that is older than what is shown is passed over. */
  take(answer: Answer): void;
  /** Sends any other request; the store stays. */
  ask: Ask;
  /** Whether the page's address may hold a link. */
  readonly ownsAddress: boolean;
  /** Back to free play, with what the lesson has set up. */
  leaveLesson(): Promise<Answer>;
  /** Whether the page shows a control. */
  shows(control: Control): boolean;
  close(): void;
}

/** After so many milliseconds the page says that it waits; and, where nobody else would, that something may be wrong. */
const LATE = 700;
const LOST = 15_000;

const TAKES_VIEW = new Set<AnyRequest["type"]>([
  "open", "configure", "look", "tick", "step", "seek", "set_number", "lesson",
]);

export function makeLab(model: Model): Lab {
  const { ask: send, close } = link(model);
  const opened = signal<Session | null>(null);
  const frame = signal<Shown | null>(null);
  const catalogue = signal<Catalogue | null>(null);
  const refusal = signal<Refused | null>(null);
  const view = signal<View>({ plane: 64, maps: 24, row: 0, curve: 240, axes: [0, 1] });
  // What was asked for and not answered yet: a change that follows at once is made on top of it.
  const wanted = signal<Settings | null>(null);
  const selected = signal("");
  const derivation = signal<Derivation | null>(null);
  const lit = signal<ReadonlySet<string>>(new Set());
  const hidden = signal<ReadonlySet<string>>(new Set());
  const waiting = signal<"" | "late" | "lost">("");
  const theme = signal<Theme>("auto");
  const host = hostTheme();

  let asked = view.value;
  const ofRows = (arrays: Arrays, wanted: boolean): Arrays =>
    Object.fromEntries(Object.entries(arrays).filter(([name]) => name.startsWith("data.") === wanted));

  function open(reply: Opened, arrays: Arrays): void {
    if (reply.catalogue) catalogue.value = reply.catalogue;
    hidden.value = new Set([...reply.settings.hidden, ...(reply.lesson?.hidden ?? [])]);
    const { row } = reply.frame;
    const isThere = view.value.axes.every((axis) => axis < reply.data.column_names.length);
    asked = view.value = { ...view.value, row, axes: isThere ? view.value.axes : [0, 1] };
    selected.value = "";
    derivation.value = null;
    lit.value = new Set();
    opened.value = { ...reply, values: ofRows(arrays, true) };
    show({ ...reply.frame, id: reply.id, arrays: reply.arrays }, arrays);
  }

  function show(reply: Frame, arrays: Arrays): void {
    const session = opened.value!;
    if (arrays["data.plane"] && arrays["data.plane"] !== session.values["data.plane"]) { // other axes, or moved by hand
      opened.value = { ...session, values: { ...session.values, ...ofRows(arrays, true) } };
    }
    frame.value = { ...reply, values: ofRows(arrays, false) };
  }

  function take({ reply, arrays }: Answer): void {
    batch(() => {
      if (reply.type === "refused") refusal.value = reply;
      if (reply.type === "opened") open(reply, arrays);
      if (reply.type === "frame" && reply.id > frame.value!.id) show(reply, arrays);
    });
  }

  let unanswered = 0;
  const ask: Ask = async (request) => {
    unanswered += 1;
    const late = setTimeout(() => { waiting.value ||= "late"; }, LATE);
    const lost = model.ownsAddress ? 0 : setTimeout(() => { waiting.value = "lost"; }, LOST);
    const answer = await send(request);
    clearTimeout(late);
    clearTimeout(lost);
    unanswered -= 1;
    if (!unanswered) waiting.value = "";
    else if (waiting.value === "lost") waiting.value = "late";
    return answer;
  };

  async function act(request: AnyRequest): Promise<Answer> {
    asked = view.value;
    const whole = TAKES_VIEW.has(request.type) ? { view: view.value, ...request } : request;
    const answer = await ask(whole as AnyRequest);
    if (answer.reply.type !== "refused" && request.type !== "look") refusal.value = null;
    take(answer);
    return answer;
  }

  const lab: Lab = {
    opened,
    settings: computed(() => wanted.value ?? opened.value?.settings ?? null),
    network: computed(() => opened.value?.network ?? null),
    data: computed(() => opened.value?.data ?? null),
    catalogue,
    lesson: computed(() => opened.value?.lesson ?? null),
    frame,
    playing: signal(false),
    grain: signal<Grain>("epoch"),
    speed: signal(Infinity),
    view,
    selected,
    derivation,
    lit,
    edges: signal<EdgeNumber>("weight"),
    drawing: signal<number | null>(null),
    pending: signal<readonly [number, number, number][]>([]),
    draw: signal<((point: [number, number, number]) => void) | null>(null),
    refusal,
    waiting,
    said: signal(""),
    hidden,
    theme,
    dark: computed(() => (theme.value === "auto" ? host.dark.value : theme.value === "dark")),
    projector: signal(false),
    can: (type) => !opened.value?.can.length || opened.value.can.includes(type),
    configure: async (change) => {
      const settings = { ...lab.settings.peek()!, ...change };
      wanted.value = settings;
      const answer = await act({ type: "configure", settings });
      if (wanted.peek() === settings) wanted.value = null; // else another change came meanwhile, on top of this one
      return answer;
    },
    act,
    take,
    ask,
    ownsAddress: model.ownsAddress ?? false,
    leaveLesson: () => act({ type: "lesson", name: "" }),
    shows: (control) => !hidden.value.has(control),
    close: () => {
      lab.playing.value = false;
      endings.forEach((end) => end());
      host.close();
      close();
    },
  };
  // Another row or other axes are asked for as soon as they are chosen, where training does not run anyway.
  const look = effect(() => {
    if (view.value !== asked && opened.peek() && !lab.playing.peek()) void act({ type: "look" });
  });
  const endings = [play(lab), look, followAddress(lab)];
  void begin(lab);
  return lab;
}

const Context = createContext<Lab | null>(null);
export const LabProvider = Context.Provider;
export function useLab(): Lab {
  const lab = useContext(Context);
  if (!lab) throw new Error("useLab is for components of the page");
  return lab;
}

/** A control's label and help, by its name, and whether it is shown. */
export function useControl(name: Control): { label: string; help: string; shown: boolean } {
  const lab = useLab();
  const found = lab.catalogue.value?.controls.find((one) => one.name === name);
  return { label: found?.title ?? name, help: found?.help ?? "", shown: lab.shows(name) };
}
