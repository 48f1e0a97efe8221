/** What keeps it from learning, how that shows, and a button that does what the doctor says. */
import { useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import { Button } from "../../parts/button";
import { latest } from "../../parts/latest";
import type { Advice, Diagnosed, Settings } from "../../protocol";
import { useControl, useLab } from "../../state";

export function Doctor(): JSX.Element {
  const lab = useLab();
  const { help } = useControl("doctor");
  const [said, setSaid] = useState<Diagnosed | null>(null);
  const asked = useRef(0);
  const diagnose = useMemo(() => latest(async () => {
    const { reply } = await lab.ask({ type: "diagnose" });
    if (reply.type === "diagnosed") setSaid(reply);
  }), [lab]);
  useSignalEffect(() => {
    void lab.frame.value;
    const now = performance.now();
    if (lab.playing.value && now < asked.current + 1000) return;
    asked.current = now;
    void diagnose(undefined);
  });
  if (!said) return <p class="cp-note">{help}</p>;
  return (
    <div class="cp-doctor">
      {said.findings.length === 0 && <p class="cp-healthy">Nothing was found that keeps it from learning{said.badges.length > 0 && ", though some units stand out"}.</p>}
      <ol>{said.findings.map((finding) => <Finding key={finding.name} finding={finding} />)}</ol>
      {said.badges.length > 0 && (
        <>
          <h3>Units</h3>
          <ul class="cp-badges">
            {said.badges.map((badge) => (
              <li key={badge.unit + badge.kind}>
                <Button kind="quiet" onClick={() => { lab.selected.value = badge.unit; }}>{badge.unit}</Button>
                <strong>{badge.kind}</strong> {badge.says}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function Finding({ finding }: { finding: Advice }): JSX.Element {
  const lab = useLab();
  const change = finding.change as Partial<Settings>;
  const words = Object.entries(change).map(([name, value]) => `${name.replaceAll("_", " ")} ${typeof value === "object" ? "changed" : String(value)}`);
  return (
    <li>
      <h3>{finding.name}</h3>
      <p>{finding.evidence}</p>
      <p><strong>Remedy:</strong> {finding.remedy}</p>
      {words.length > 0 && <Button onClick={() => void lab.configure(change)}>Do it: {words.join(", ")}</Button>}
    </li>
  );
}
