/** Beneath everything: doctor, loss surface, race of optimisers. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Tabs, type Tab } from "../../parts/tabs";
import type { AnyRequest, Control } from "../../protocol";
import { useLab } from "../../state";
import { Doctor } from "./doctor";
import { Race } from "./race";
import { Surface } from "./surface";

const TOOLS: (Tab & { name: Control; asks: AnyRequest["type"] })[] = [
  { name: "doctor", title: "Doctor", asks: "diagnose", body: () => <Doctor /> },
  { name: "surface", title: "Loss surface", asks: "surface", body: () => <Surface /> },
  { name: "race", title: "Race of optimisers", asks: "race", body: () => <Race /> },
];

export function Bench(): JSX.Element | null {
  const lab = useLab();
  const [chosen, choose] = useState("doctor");
  const tabs = TOOLS.filter(({ name, asks }) => lab.can(asks) && lab.shows(name));
  if (tabs.length === 0 || !lab.catalogue.value) return null;
  return <Tabs label="Tools" tabs={tabs} chosen={tabs.some((tab) => tab.name === chosen) ? chosen : tabs[0].name} onChoose={choose} />;
}
