/** Writes a frame's numbers into what stands on the stage: only attributes that change, and no rendering anew. */
import { parameterAt, parse, unit } from "../parts/names";
import { tight } from "../parts/numerals";
import type { EdgeNumber, Shown } from "../state";
import type { Layout } from "./layout";
import { edgeNumbers, numberOf } from "./numbers";

const DISC = "M5 0A5 5 0 1 1 -5 0A5 5 0 1 1 5 0Z";
const DIAMOND = "M0 -6L6 0L0 6L-6 0Z";

interface Stroke { element: SVGElement; parameter: number; negative: boolean | null; width: string; isBias: boolean }
interface Text { node: Text_; name: string }
type Text_ = globalThis.Text;

export class Painter {
  private readonly strokes: Stroke[] = [];
  private readonly texts: Text[] = [];
  private readonly named = new Map<string, Element[]>();
  private readonly badges: SVGElement[];
  private marked = new Map<string, Element[]>();

  constructor(root: Element, private readonly layout: Layout) {
    for (const element of root.querySelectorAll<SVGElement>("[data-name]")) {
      const name = element.dataset.name!;
      this.named.set(name, [...(this.named.get(name) ?? []), element]);
      const named = parse(name);
      const parameter = named ? parameterAt(layout.sizes, named) : -1;
      const drawn = element.querySelector<SVGElement>(".cp-stroke");
      if (parameter >= 0 && drawn) {
        this.strokes.push({ element: drawn, parameter, negative: null, width: "", isBias: named!.kind === "b" });
      }
    }
    for (const element of root.querySelectorAll<SVGElement>("[data-number]")) {
      this.texts.push({ node: element.firstChild as Text_, name: element.dataset.number! });
    }
    this.badges = [...root.querySelectorAll<SVGElement>("[data-badge]")];
  }

  numbers(shown: Shown): void {
    for (const text of this.texts) {
      const written = tight(numberOf(this.layout, shown, text.name));
      if (text.node.data !== written) text.node.data = written;
    }
  }

  /** Widths in quarters of a pixel: of a line that hardly changes nothing is painted anew. */
  edges(shown: Shown, which: EdgeNumber): void {
    const values = edgeNumbers(shown, which);
    let most = which === "weight" ? 1 : 1e-12;
    for (const { parameter } of this.strokes) {
      const size = Math.abs(values[parameter]);
      if (size > most && Number.isFinite(size)) most = size;
    }
    for (const stroke of this.strokes) {
      const value = values[stroke.parameter];
      const share = Number.isFinite(value) ? Math.abs(value) / most : 1;
      const negative = value < 0;
      const width = stroke.isBias ? (0.55 + 0.65 * share).toFixed(2) : (Math.round(4 * (0.7 + 5.3 * share)) / 4).toFixed(2);
      if (negative !== stroke.negative) {
        stroke.negative = negative;
        stroke.element.classList.toggle("is-negative", negative);
        if (stroke.isBias) stroke.element.setAttribute("d", negative ? DIAMOND : DISC);
      }
      if (width === stroke.width) continue;
      stroke.width = width;
      if (stroke.isBias) stroke.element.setAttribute("transform", `scale(${width})`);
      else {
        stroke.element.setAttribute("stroke-width", width);
        stroke.element.setAttribute("stroke-opacity", (0.4 + 0.55 * ((Number(width) - 0.7) / 5.3)).toFixed(2));
      }
    }
  }

  /** Puts a class on all that bears one of these names, and takes it from all others. */
  mark(kind: "is-lit" | "is-on-path" | "is-selected", names: Iterable<string>): void {
    const now = new Set<Element>();
    for (const name of names) {
      for (const element of this.named.get(name) ?? []) now.add(element);
      // A path leads through neurons: that of a z or delta is the one whose card bears the name of its a.
      const card = kind === "is-on-path" ? this.cardName(name) : "";
      for (const element of this.named.get(card) ?? []) now.add(element);
    }
    for (const element of this.marked.get(kind) ?? []) if (!now.has(element)) element.classList.remove(kind);
    for (const element of now) element.classList.add(kind);
    this.marked.set(kind, [...now]);
  }

  private cardName(name: string): string {
    const named = parse(name);
    if (!named) return "";
    if (named.kind === "y") return unit("a", this.layout.sizes.length - 1, named.to);
    return named.kind === "z" || named.kind === "delta" ? unit("a", named.layer, named.to) : "";
  }

  badge(shown: Shown): void {
    const kinds = new Map(shown.badges.map(({ unit: name, kind }) => [name.replace(/^z/, "a"), kind]));
    for (const element of this.badges) {
      const kind = kinds.get(element.dataset.badge!) ?? "";
      if (element.dataset.kind !== kind) element.dataset.kind = kind;
    }
  }

  elementOf(name: string): SVGElement | null {
    return (this.named.get(name)?.find((element) => element.hasAttribute("tabindex")) as SVGElement) ?? null;
  }

  label(name: string, text: string): void {
    this.elementOf(name)?.setAttribute("aria-label", text);
  }

  focusables(): Iterable<string> {
    return [...this.named.keys()].filter((name) => this.elementOf(name));
  }

  isMarked(kind: "is-lit" | "is-on-path" | "is-selected", name: string): boolean {
    return (this.named.get(name) ?? []).some((element) => element.classList.contains(kind));
  }
}
