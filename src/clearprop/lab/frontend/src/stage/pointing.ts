/** Which edge is meant: edges lie close together, so the nearest within reach is taken. */
import { weight } from "../parts/names";
import { along, ends, shareAt, type Layout } from "./layout";

const REACH = 14;

export function nearestEdge(layout: Layout, x: number, y: number): string {
  const gap = layout.gaps.find((one) => !one.matrix && x > one.left && x < one.right);
  if (!gap) return "";
  const share = shareAt(gap.left, gap.right, x);
  let [best, distance] = ["", REACH];
  for (let from = 0; from < gap.from; from += 1) {
    for (let to = 0; to < gap.to; to += 1) {
      const away = Math.abs(along(ends(layout, gap, from, to), share)[1] - y);
      if (away < distance) [best, distance] = [weight(gap.layer, from, to), away];
    }
  }
  return best;
}
