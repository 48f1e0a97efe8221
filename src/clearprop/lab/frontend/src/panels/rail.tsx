/** At the left: data, network, training. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Tabs } from "../parts/tabs";
import { DataSettings } from "./settings/data";
import { NetworkSettings } from "./settings/network";
import { TrainingSettings } from "./settings/training";
import { useLab } from "../state";

const TABS = [
  { name: "data", title: "Data", body: () => <DataSettings /> },
  { name: "network", title: "Network", body: () => <NetworkSettings /> },
  { name: "training", title: "Training", body: () => <TrainingSettings /> },
];

export function Rail(): JSX.Element | null {
  const lab = useLab();
  const [chosen, choose] = useState("data");
  if (!lab.can("configure") || !lab.catalogue.value) return null;
  return <Tabs label="Settings" tabs={TABS} chosen={chosen} onChoose={choose} />;
}
