/** Texts to take along: copied, or saved as a file. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Button } from "../../parts/button";
import { useLab } from "../../state";

type Text = () => string | Promise<string>;

export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea"); // where the page is not allowed to, as in some notebooks
    area.value = text;
    area.setAttribute("readonly", "");
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

export function CopyButton({ label, text }: { label: string; text: Text }): JSX.Element {
  const lab = useLab();
  const [done, setDone] = useState(false);
  const act = async (): Promise<void> => {
    await copy(await text());
    setDone(true);
    lab.said.value = "Copied";
    setTimeout(() => setDone(false), 1500);
  };
  return <Button onClick={() => void act()}>{done ? "Copied" : label}</Button>;
}

export function save(text: string, file: string, media: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: media }));
  const link = document.createElement("a");
  link.href = address;
  link.download = file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
