/** A model that answers from a recording in the page's own file: no server, no Python. */
import type { Model } from "../link";
import type { AnyReply, AnyRequest, Frame, Place, Point } from "../protocol";
import { listeners, takenApart } from "./messages";

/** So long a moment is shown while the recording plays. */
const A_MOMENT = 60; // milliseconds

interface Part {
  readonly header: Record<string, unknown>;
  readonly messages: ReadonlyMap<string, ArrayBuffer>;
}
/** Where a recorded frame stands; not `whole`: it is one of a sample's operations. */
interface Moment { epoch: number; batch: number; whole: number }

/** A part of the file: named messages, compressed, as text. */
async function unpacked(text: string): Promise<Part> {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const whole = await new Response(stream).arrayBuffer();
  const length = new DataView(whole).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(whole, 4, length)));
  let offset = Math.ceil((4 + length) / 8) * 8;
  const messages = new Map<string, ArrayBuffer>();
  for (const { name, size } of header.messages as { name: string; size: number }[]) {
    messages.set(name, whole.slice(offset, offset + size));
    offset += size;
  }
  return { header, messages };
}

const refused = (message: string) => ({
  reply: { type: "refused", id: 0, arrays: [], message, field: "" } as AnyReply,
  buffers: [] as DataView[],
});

/** Answers from the parts that stand in the document. */
class Recording {
  private at = 0;
  private readonly derived = new Map<number, Promise<Part>>();

  private constructor(
    private readonly frames: Part,
    private readonly texts: readonly string[],
    private readonly epochs: readonly number[],
  ) {}

  static async read(): Promise<Recording> {
    const texts = Array.from(document.querySelectorAll('script[type="application/gzip"]'), (part) => part.textContent!);
    const [first, ...others] = texts;
    const frames = await unpacked(first);
    return new Recording(frames, others, frames.header.derived as number[]);
  }

  private get moments(): readonly Moment[] { return this.frames.header.places as Moment[]; }

  async answer(request: AnyRequest): Promise<{ reply: AnyReply; buffers: DataView[] }> {
    switch (request.type) {
      case "open":
        return this.opened();
      case "tick":
        await new Promise((resolve) => setTimeout(resolve, A_MOMENT));
        return this.move(1, true) ? this.frame() : this.frame("The recording ends here. Rewind it, or drag along the loss curve.");
      case "step":
        this.move(request.direction ?? 1, request.grain === "epoch");
        break;
      case "seek":
        this.at = this.nearest(request.epoch, request.batch ?? 0);
        break;
      case "look":
        break;
      case "explain":
        return this.told(`${request.scope ?? "sample"}/${request.name}`);
      case "diagnose":
        return this.told("diagnose");
      default:
        return refused("This file replays a recorded training. In `clearprop lab` everything can be changed.");
    }
    return this.frame();
  }

  private opened() {
    const { reply, buffers } = takenApart(this.frames.messages.get("opened")!);
    if (reply.type === "opened") this.complete(reply.frame);
    return { reply, buffers };
  }

  private frame(stopped = "") {
    const { reply, buffers } = takenApart(this.frames.messages.get(`frame/${this.at}`)!);
    this.complete(reply as Frame);
    (reply as Frame).stopped ||= stopped;
    if (!this.moments[this.at].whole) this.paint(reply, buffers);
    return { reply, buffers };
  }

  /** Within a batch no parameter changes: what the start answers over the plane is what this moment does. */
  private paint(reply: AnyReply, buffers: DataView[]): void {
    const start = takenApart(this.frames.messages.get("frame/0")!);
    const known = new Set(reply.arrays.map(({ name }) => name));
    start.reply.arrays.forEach((info, place) => {
      if (known.has(info.name)) return;
      reply.arrays.push(info);
      buffers.push(start.buffers[place]);
    });
  }

  /** The curve is recorded once, and training has come as far as the recording goes. */
  private complete(frame: Frame): void {
    const last = this.moments[this.moments.length - 1];
    frame.curve = this.frames.header.curve as Point[];
    (frame.place as Place).furthest = [last.epoch, last.batch];
  }

  /** Whether there was anywhere to go. */
  private move(direction: 1 | -1, wholeEpochs: boolean): boolean {
    let next = this.at + direction;
    while (wholeEpochs && this.moments[next] && !this.moments[next].whole) next += direction;
    if (!this.moments[next]) return false;
    this.at = next;
    return true;
  }

  private nearest(epoch: number, batch: number): number {
    const far = ({ epoch: e, batch: b, whole }: Moment) => Math.abs(e - epoch) * 1e6 + Math.abs(b - batch) + (whole ? 0 : 0.5);
    return this.moments.reduce((best, moment, place) => (far(moment) < far(this.moments[best]) ? place : best), 0);
  }

  private async told(name: string) {
    const here = this.moments[this.at];
    const place = here.whole && here.batch === 0 ? this.epochs.indexOf(here.epoch) : -1;
    if (place < 0) {
      const some = [...this.epochs].sort((a, b) => a - b).join(", ");
      return refused(`This file has derivations after epochs ${some}: step there by epoch. In \`clearprop lab\` they are everywhere.`);
    }
    if (!this.derived.has(place)) this.derived.set(place, unpacked(this.texts[place]));
    const message = (await this.derived.get(place)!).messages.get(name);
    return message ? takenApart(message) : refused(`This file has no derivation of ${name}.`);
  }
}

export function recorded(): Model {
  const { on, off, tell } = listeners();
  const recording = Recording.read();
  return {
    send(content) {
      const request = content as AnyRequest & { id: number };
      void recording
        .then((whole) => whole.answer(request))
        .then(({ reply, buffers }) => tell({ ...reply, id: request.id }, buffers));
    },
    on,
    off,
  };
}
