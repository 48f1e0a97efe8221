/** What the hosts have in common: who listens, and a message's bytes taken apart. */
import type { AnyReply } from "../protocol";

type Handler = (message: unknown, buffers: DataView[]) => void;

/** Those that are told of each reply. */
export function listeners() {
  const handlers = new Set<Handler>();
  return {
    on: (_event: "msg:custom", handler: Handler) => void handlers.add(handler),
    off: (_event: "msg:custom", handler: Handler) => void handlers.delete(handler),
    tell: (reply: AnyReply, buffers: DataView[]) => handlers.forEach((handler) => handler(reply, buffers)),
  };
}

const BYTES = { float32: 4, float64: 8, uint8: 1, int32: 4 };
const ALIGNMENT = 8;
const aligned = (size: number): number => Math.ceil(size / ALIGNMENT) * ALIGNMENT;

/** A reply's header, and the bytes of each array, which begin at multiples of eight. */
export function takenApart(message: ArrayBuffer): { reply: AnyReply; buffers: DataView[] } {
  const length = new DataView(message).getUint32(0, true);
  const reply = JSON.parse(new TextDecoder().decode(new Uint8Array(message, 4, length))) as AnyReply;
  let offset = aligned(4 + length);
  const buffers = reply.arrays.map(({ dtype, shape }) => {
    const size = shape.reduce((product, side) => product * side, BYTES[dtype]);
    const view = new DataView(message, offset, size);
    offset = aligned(offset + size);
    return view;
  });
  return { reply, buffers };
}
