/** Whether the page that we stand in is dark: as JupyterLab, VS Code or marimo say, else as the system is set. */
import { signal, type ReadonlySignal } from "@preact/signals";

function said(): boolean | null {
  const { body, documentElement: html } = document;
  if (body.dataset.jpThemeLight) return body.dataset.jpThemeLight === "false";
  for (const one of [body, html]) {
    const words = [...one.classList, one.dataset.theme, one.dataset.vscodeThemeKind, one.style.colorScheme];
    if (words.some((word) => word === "dark" || word === "vscode-dark" || word === "vscode-high-contrast")) return true;
    if (words.some((word) => word === "light" || word === "vscode-light")) return false;
  }
  return null;
}

export function hostTheme(): { dark: ReadonlySignal<boolean>; close(): void } {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const look = (): boolean => said() ?? system.matches;
  const dark = signal(look());
  const update = (): void => { dark.value = look(); };
  const observer = new MutationObserver(update);
  for (const one of [document.body, document.documentElement]) observer.observe(one, { attributes: true });
  system.addEventListener("change", update);
  return {
    dark,
    close: () => {
      observer.disconnect();
      system.removeEventListener("change", update);
    },
  };
}
