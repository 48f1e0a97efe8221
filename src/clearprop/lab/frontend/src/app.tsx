/** The page's layout. */
import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { Button } from "./parts/button";
import { Bench, Derivation, HeaderTools, LessonSteps, Overlays, Rail } from "./panels/slots";
import { Plane } from "./plane/plane";
import { Stage } from "./stage/stage";
import { useLab } from "./state";
import { LossChart } from "./transport/loss_chart";
import { Transport } from "./transport/transport";
import { useKeyboard } from "./transport/keyboard";
import { useSaying } from "./transport/saying";

function Messages(): JSX.Element {
  const lab = useLab();
  const alert = lab.frame.value?.alert || "";
  const stopped = lab.frame.value?.stopped || "";
  const refusal = lab.refusal.value;
  return (
    <div role="alert">
      {refusal && (
        <div class="cp-message is-alert">
          <p>{refusal.message}</p>
          <Button kind="quiet" onClick={() => { lab.refusal.value = null; }}>Dismiss</Button>
        </div>
      )}
      {alert && <div class="cp-message is-alert"><p>{alert}</p></div>}
      {stopped && !alert && <div class="cp-message"><p>{stopped}</p></div>}
    </div>
  );
}

function Page(): JSX.Element {
  const lab = useLab();
  const page = useRef<HTMLDivElement>(null);
  // A notebook has a main part of its own already.
  const isWithin = useMemo(() => document.querySelector("main, [role=main]:not(.cp-main)") !== null, []);
  useKeyboard(page);
  useSaying();
  return (
    <div ref={page} class="cp-page">
      <header class="cp-head">
        <div class="cp-head-name">
          <h1>clearprop lab</h1>
          <p>{lab.opened.value!.title}</p>
        </div>
        <HeaderTools />
      </header>
      <Transport />
      <Messages />
      <LessonSteps />
      <div class="cp-main" role={isWithin ? undefined : "main"}>
        <aside class="cp-rail" aria-label="Settings"><Rail /></aside>
        <section class="cp-centre" aria-label="The network">{lab.shows("stage") && <Stage />}</section>
        <section class="cp-derivation" aria-label="Derivation"><Derivation /></section>
        <section class="cp-side" aria-label="Answers and loss">{lab.shows("plane") && <Plane />}{lab.shows("loss_curve") && <LossChart />}</section>
        <section class="cp-bench" aria-label="Tools"><Bench /></section>
      </div>
      <Overlays />
    </div>
  );
}

/** What is said while an answer is waited for. In a notebook nobody else says that the kernel has gone. */
const WAITING = {
  "": "",
  late: "This takes a while…",
  lost: "No answer has come yet. If the kernel was restarted or has ended, run the cell again.",
};

export function App(): JSX.Element {
  const lab = useLab();
  const waiting = WAITING[lab.waiting.value];
  return (
    <div class="cp" data-theme={lab.dark.value ? "dark" : "light"} data-projector={lab.projector.value}>
      {lab.opened.value ? <Page /> : <p class="cp-waiting">Opening the lab…</p>}
      <div class="cp-unseen" aria-live="polite">{lab.said.value}</div>
      <div role="status">{waiting && <p class="cp-late">{waiting}</p>}</div>
    </div>
  );
}
