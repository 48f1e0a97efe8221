/** The rows that the plane shows: their places, classes and whether the network errs at them. */
import type { Session, Shown } from "../state";

export interface Rows {
  count: number;
  x(row: number): number;
  y(row: number): number;
  target(row: number): number;
  heldOut(row: number): boolean;
}

/** `output`: of several targets the one that is shown. */
export function rowsOf(session: Session, output = 0): Rows {
  const { values, data } = session;
  const plane = values["data.plane"];
  const target = values["data.target"];
  const outputs = target.length / data.rows;
  return {
    count: data.rows,
    x: (row) => plane[2 * row],
    y: (row) => plane[2 * row + 1],
    target: (row) => target[row * outputs + output],
    heldOut: (row) => values["data.held_out"]?.[row] === 1,
  };
}

export const errs = (session: Session, rows: Rows, shown: Shown, row: number): boolean =>
  session.data.task === "classification" && shown.values.predicted !== undefined
  && Math.round(shown.values.predicted[row]) !== Math.round(rows.target(row));
