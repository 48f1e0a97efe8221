/** A model over a WebSocket, for the page that the server on this machine gives out. */
import type { Model } from "../link";
import { listeners, takenApart } from "./messages";

/** The session was opened in another tab: it is that one's now. */
const TAKEN_OVER = 4001;
const AGAIN_AFTER = 1000; // milliseconds
const KEY = "clearprop-lab-session";

/** Kept for as long as the tab is, so that a reload finds its session again. */
function session(): string {
  const kept = sessionStorage.getItem(KEY);
  if (kept) return kept;
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const name = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  sessionStorage.setItem(KEY, name);
  return name;
}

/** What is said over the page while nobody answers it. */
function notice(): (text: string) => void {
  const box = document.createElement("div");
  box.className = "lab-connection";
  box.setAttribute("role", "alert");
  return (text) => {
    box.textContent = text;
    if (text) document.body.prepend(box);
    else box.remove();
  };
}

/** Connects again when the connection is lost; what had no answer yet is asked again. */
export function websocket(path: string): Model {
  const { on, off, tell } = listeners();
  const say = notice();
  const waiting = new Map<number, string>();
  let socket: WebSocket;

  function connect(): void {
    const url = new URL(`${path}?session=${session()}`, location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      say("");
      waiting.forEach((text) => socket.send(text));
    };
    socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
      const { reply, buffers } = takenApart(data);
      waiting.delete(reply.id);
      tell(reply, buffers);
    };
    socket.onclose = ({ code }) => {
      if (code === TAKEN_OVER) {
        say("This lab went on in another tab. Reload to have it here again.");
        return;
      }
      say("The lab has ended, or cannot be reached: start `clearprop lab` again, and open the address that it prints.");
      setTimeout(connect, AGAIN_AFTER);
    };
  }

  connect();
  return {
    send(content) {
      const request = content as { id: number };
      const text = JSON.stringify(content);
      waiting.set(request.id, text);
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    on,
    off,
    ownsAddress: true,
  };
}
