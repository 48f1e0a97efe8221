// The messages of protocol.py, for the page.

export type Choice = Preset | Drawn | Pasted | Divided | Curve | Given;
export interface Preset { type: "preset"; name: string; rows: number; noise: number; seed: number }
export interface Drawn { type: "drawn"; points: [number, number, number][]; task: "classification" | "regression" }
export interface Pasted { type: "pasted"; text: string; inputs: string[]; target: string; task: "" | "classification" | "regression" }
export interface Divided { type: "divided"; formula: string; rows: number; noise: number; seed: number }
export interface Curve { type: "curve"; formula: string; rows: number; noise: number; seed: number }
export interface Given { type: "given" }
export type Data = Choice;

export interface LayerChoice { units: number; activation: string; dropout: number }

export interface Settings {
  data: Data;
  features: string[];
  standardized: boolean;
  held_out: number;
  layers: LayerChoice[];
  output_activation: string;
  loss: string;
  initializer: string;
  optimizer: string;
  learning_rate: number;
  schedule: string;
  batch_size: number;
  epochs: number;
  l1: number;
  l2: number;
  clip_norm: number;
  shuffle: boolean;
  dtype: "float64" | "float32";
  seed: number;
  weights: number[] | null;
}

export interface View { plane: number; maps: number; row: number; curve: number; axes: [number, number] }
export type Grain = "operation" | "layer" | "sample" | "batch" | "epoch";

export interface Open { type: "open"; id?: number; view?: View }
export interface Configure { type: "configure"; id?: number; settings: Settings; view?: View }
export interface Look { type: "look"; id?: number; view?: View }
export interface Tick { type: "tick"; id?: number; budget?: number; grain?: "batch" | "epoch"; most?: number; view?: View }
export interface Step { type: "step"; id?: number; grain?: Grain; direction?: 1 | -1; view?: View }
export interface Seek { type: "seek"; id?: number; epoch: number; batch?: number; view?: View }
export interface SetNumber { type: "set_number"; id?: number; name: string; value: number; view?: View }
export interface Explain { type: "explain"; id?: number; name: string; scope?: "sample" | "batch"; row?: number; digits?: number }
export interface Diagnose { type: "diagnose"; id?: number }
export interface ReadTable { type: "read_table"; id?: number; text: string }
export interface TakeAway {
  type: "take_away";
  id?: number;
  form: "python" | "latex" | "svg" | "link" | "replay" | "explanation";
  name?: string;
  view?: View;
}
export interface Surface { type: "surface"; id?: number; across: string; up: string; points?: number; span?: number }
export interface Race {
  type: "race";
  id?: number;
  optimizers: string[];
  rates?: number[];
  epochs?: number;
  across?: string;
  up?: string;
}
export interface TakeLesson { type: "lesson"; id?: number; name: string; view?: View }

export type AnyRequest =
  | Open | Configure | Look | Tick | Step | Seek | SetNumber | Explain | Diagnose | ReadTable | TakeAway | Surface | Race
  | TakeLesson;

export interface ArrayInfo { name: string; dtype: "float32" | "float64" | "uint8" | "int32"; shape: number[] }
interface Reply { id: number; arrays: ArrayInfo[] }
export interface Refused extends Reply { type: "refused"; message: string; field: string }
export interface Entry { name: string; title: string; help: string; formula: string; number: number | null }
export interface LessonStep { text: string; do: string; question: string; answer: string; select: string; equations: string[] }
export interface Lesson { name: string; title: string; summary: string; steps: LessonStep[]; hidden: string[]; sheet: string }
export interface Catalogue {
  datasets: Entry[];
  features: Entry[];
  activations: Entry[];
  losses: Entry[];
  optimizers: Entry[];
  schedules: Entry[];
  initializers: Entry[];
  lessons: Lesson[];
  controls: Entry[];
  functions: string[];
}
export interface DataInfo {
  task: "classification" | "regression";
  rows: number;
  trained: number;
  input_names: string[];
  column_names: string[];
  class_names: string[];
  target_names: string[];
  plane: number[][];
  answers: number[];
  one_input: boolean;
}
export interface NetworkInfo {
  sizes: number[];
  activations: string[];
  loss: string;
  optimizer: string;
  parameters: number;
  batch_size: number;
  batches: number;
  loss_formula: string;
  activation_formulas: string[];
  is_perceptron: boolean;
}
export interface Point { epoch: number; loss: number | null; validation_loss: number | null; metric: number | null; rate: number }
export interface Operation {
  phase: "forward" | "loss" | "backward" | "update";
  kind: "z" | "a" | "loss" | "delta" | "gradient" | "mean" | "update";
  layer: number;
  name: string;
  lit: string[];
  equation: string;
  says: string;
}
export interface Place {
  epoch: number;
  batch: number;
  sample: number;
  samples: number;
  done: number;
  total: number;
  operation: Operation | null;
  furthest: [number, number];
}
export interface Badge { unit: string; kind: "saturated" | "dead" | "exploding" | "not finite" | "constant"; says: string }
export interface Frame extends Reply {
  type: "frame";
  place: Place;
  row: number;
  loss: number | null;
  validation_loss: number | null;
  metric: number | null;
  validation_metric: number | null;
  metric_name: string;
  rate: number;
  curve: Point[];
  badges: Badge[];
  alert: string;
  stopped: string;
  edited: boolean;
  speed: number;
}
export interface Opened extends Reply {
  type: "opened";
  version: number;
  settings: Settings;
  network: NetworkInfo;
  data: DataInfo;
  frame: Frame;
  catalogue: Catalogue | null;
  lesson: Lesson | null;
  title: string;
  can: string[];
}
export interface Derivation extends Reply {
  type: "derivation";
  name: string;
  scope: string;
  explanation: unknown;
  path: string[];
  opens: string[];
  difference: number | null;
  relative_error: number | null;
  verdict: string;
  value: number | null;
  text: string;
}
export interface Advice { name: string; evidence: string; remedy: string; change: Record<string, unknown> }
export interface Diagnosed extends Reply { type: "diagnosed"; findings: Advice[]; badges: Badge[] }
export interface Column { name: string; kind: "number" | "text"; values: string[]; distinct: number }
export interface TableRead extends Reply {
  type: "table_read";
  rows: number;
  columns: Column[];
  target: string;
  task: "classification" | "regression";
}
export interface TakenAway extends Reply { type: "taken_away"; text: string; file: string; media: string }
export interface SurfaceDrawn extends Reply { type: "surface_drawn"; across: number[]; up: number[] }
export interface Runner { name: string; rate: number; losses: (number | null)[]; ended: string }
export interface Raced extends Reply { type: "raced"; runners: Runner[] }
export type AnyReply =
  | Refused | Opened | Frame | Derivation | Diagnosed | TableRead | TakenAway | SurfaceDrawn | Raced;
