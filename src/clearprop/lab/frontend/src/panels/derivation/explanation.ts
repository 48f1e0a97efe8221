/** The explanation in a `Derivation`, as docs/explanation.schema.json has it: what of it the page shows. */

export interface Written { text: string; latex: string }
export interface Equation { left: Written; sign: "=" | "←"; forms: Written[]; note: string; number: string; reasons: string[] }
export interface Factor { symbol: Written; formula: Written; numbers: Written; value: number | null }
export interface Term { label: string; value: number | null; paths: number; opens: string; factors: Factor[] }
export interface Step {
  optimizer: string; rate: number; step: number; gradient: number | null; old: number | null; new: number | null; lines: Equation[];
}
export interface Explanation {
  name: string;
  kind: "gradient" | "value";
  value: number | null;
  terms: Term[];
  rest: { count: number; value: number | null };
  term_count: number;
  path_count: number;
  sum: number | null;
  equations: Equation[];
  step: Step | null;
  remarks: string[];
}
