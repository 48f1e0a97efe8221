/** Asks Python: one request in flight at a time, each answered by one reply. */
import { plainly } from "./parts/refusals";
import type { AnyReply, AnyRequest, ArrayInfo } from "./protocol";

/** What a host gives: anywidget's model, or one of `hosts/` that has the same two methods. */
export interface Model {
  send(content: unknown, callbacks?: unknown, buffers?: ArrayBuffer[]): void;
  on(event: "msg:custom", handler: (message: unknown, buffers: DataView[]) => void): void;
  off?(event: "msg:custom", handler: (message: unknown, buffers: DataView[]) => void): void;
  /** Whether the page is the lab's own, so that its address may hold a link. */
  readonly ownsAddress?: boolean;
}

export type Numbers = Float32Array | Float64Array | Uint8Array | Int32Array;
export type Arrays = Readonly<Record<string, Numbers>>;
export interface Answer { reply: AnyReply; arrays: Arrays }
export type Ask = (request: AnyRequest) => Promise<Answer>;

const KINDS = { float32: Float32Array, float64: Float64Array, uint8: Uint8Array, int32: Int32Array };

function numbers(info: ArrayInfo, view: DataView): Numbers {
  const kind = KINDS[info.dtype];
  const aligned = view.byteOffset % kind.BYTES_PER_ELEMENT === 0;
  const buffer = aligned ? view.buffer : view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
  return new kind(buffer as ArrayBuffer, aligned ? view.byteOffset : 0, info.shape.reduce((a, b) => a * b, 1));
}

export function named(infos: readonly ArrayInfo[], buffers: readonly DataView[]): Arrays {
  return Object.fromEntries(infos.map((info, place) => [info.name, numbers(info, buffers[place])]));
}

/** `ask(request)` waits for its turn, gives the request an id, and resolves with the reply of that id. */
export function link(model: Model): { ask: Ask; close(): void } {
  let last = Math.floor(Math.random() * 2 ** 31); // ids of no other view of the same widget
  let turn: Promise<unknown> = Promise.resolve();
  const waiting = new Map<number, (answer: Answer) => void>();

  const receive = (message: unknown, buffers: DataView[]): void => {
    const reply = message as AnyReply;
    const resolve = waiting.get(reply?.id);
    if (!resolve) return; // of another view of the same widget
    waiting.delete(reply.id);
    if (reply.type === "refused") reply.message = plainly(reply.message);
    resolve({ reply, arrays: named(reply.arrays, buffers) });
  };
  model.on("msg:custom", receive);

  const send = (request: AnyRequest): Promise<Answer> =>
    new Promise((resolve) => {
      last += 1;
      waiting.set(last, resolve);
      model.send({ ...request, id: last });
    });
  const ask: Ask = (request) => {
    const answer = turn.then(() => send(request));
    turn = answer;
    return answer;
  };
  return { ask, close: () => model.off?.("msg:custom", receive) };
}
