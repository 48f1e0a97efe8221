/** Requests that overtake each other: while one is under way, of all that are wished for meanwhile only the last waits. */
export function latest<T>(send: (wish: T) => Promise<unknown>): (wish: T) => Promise<void> {
  let waiting: [T] | null = null;
  let isUnderWay = false;
  return async (wish) => {
    waiting = [wish];
    if (isUnderWay) return;
    isUnderWay = true;
    try {
      while (waiting) {
        const [next]: [T] = waiting;
        waiting = null;
        await send(next);
      }
    } finally {
      isUnderWay = false;
    }
  };
}
