// Written by `python -m clearprop.lab.typescript` from protocol.py and controls.py: change those.

/** Of `Catalogue.controls`. */
export type Control = "play" | "back" | "forward" | "reset" | "speed" | "grain" | "loss_curve" | "layers" | "units" | "activation" | "output_activation" | "dropout" | "initializer" | "seed" | "dtype" | "loss" | "optimizer" | "learning_rate" | "schedule" | "batch_size" | "epochs" | "l1" | "l2" | "clip_norm" | "shuffle" | "dataset" | "rows" | "noise" | "held_out" | "features" | "standardized" | "formula" | "draw_points" | "table" | "target" | "task" | "axes" | "stage" | "plane" | "show_test_data" | "discretize" | "edge_colour" | "derivation" | "scope" | "digits" | "check" | "edit_numbers" | "doctor" | "surface" | "race" | "take_away" | "lessons" | "tour" | "teacher" | "projector" | "theme" | "help";

export type Data = Preset | Drawn | Pasted | Divided | Curve | Given;

export type Grain = "batch" | "epoch" | "layer" | "operation" | "sample";

export type AnyRequest = Open | Configure | Look | Tick | Step | Seek | SetNumber | Explain | Diagnose | ReadTable | TakeAway | Surface | Race | TakeLesson;

export type AnyReply = Refused | Opened | Frame | Derivation | Diagnosed | TableRead | TakenAway | SurfaceDrawn | Raced;

/** Rows that are drawn by a rule: of the data sets in `Catalogue.datasets`. */
export interface Preset {
  type: "preset";
  name: string;
  rows: number;
  noise: number;
  seed: number;
}

/** Points that were drawn with the pointer: x1, x2 and the class (or the target) of each. */
export interface Drawn {
  type: "drawn";
  points: [number, number, number][];
  task: "classification" | "regression";
}

/** A table as text: with a line of names, comma, semicolon or tab between cells. */
export interface Pasted {
  type: "pasted";
  text: string;
  inputs: string[];
  target: string;
  task: "" | "classification" | "regression";
}

/** Points of the square from -1 to 1, of two classes: above and below y = f(x). */
export interface Divided {
  type: "divided";
  formula: string;
  rows: number;
  noise: number;
  seed: number;
}

/** One input and one target: y = f(x) for x from -1 to 1, noise added. A regression. */
export interface Curve {
  type: "curve";
  formula: string;
  rows: number;
  noise: number;
  seed: number;
}

/** The rows that were given to `Lab(model, X, y)`; they stand in no link. */
export interface Given {
  type: "given";
}

/** A hidden layer. */
export interface LayerChoice {
  units: number;
  activation: string;
  dropout: number;
}

/** All that is chosen for a network and its training: what a link holds, what `Configure` takes. */
export interface Settings {
  data: Preset | Drawn | Pasted | Divided | Curve | Given;
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
  dtype: "float32" | "float64";
  seed: number;
  weights: number[] | null;
  hidden: string[];
}

/** What a `Frame` should bring, beside the numbers of the network. */
export interface View {
  plane: number;
  maps: number;
  row: number;
  curve: number;
  axes: [number, number];
}

/** The first request: `Opened` has what can be chosen, and where things stand. */
export interface Open {
  type: "open";
  link?: string;
  view?: View;
  id?: number;
}

/** Begin anew with these settings. Refused with the field's name where one cannot be; all stays as it was then. */
export interface Configure {
  type: "configure";
  settings: Settings;
  view?: View;
  id?: number;
}

/** A frame of where things stand; nothing moves. */
export interface Look {
  type: "look";
  view?: View;
  id?: number;
}

/** Train for about so long, by whole batches (`grain` "batch": one at a time; "epoch": whole epochs). */
export interface Tick {
  type: "tick";
  budget?: number;
  grain?: "batch" | "epoch";
  most?: number;
  view?: View;
  id?: number;
}

/** Go forwards (1) or back (-1) by one of these. */
export interface Step {
  type: "step";
  grain?: "batch" | "epoch" | "layer" | "operation" | "sample";
  direction?: -1 | 1;
  view?: View;
  id?: number;
}

/** Stand where `epoch` epochs and `batch` batches of the next had passed: rewind, or replay what was rewound. */
export interface Seek {
  type: "seek";
  epoch: number;
  batch?: number;
  view?: View;
  id?: number;
}

/** Change a weight, bias, input or target of the row that is looked at: everything follows. */
export interface SetNumber {
  type: "set_number";
  name: string;
  value: number;
  view?: View;
  id?: number;
}

/** Derive a number: for the row that is looked at ("sample"), or the mean of the present batch and the step. */
export interface Explain {
  type: "explain";
  name: string;
  scope?: "batch" | "sample";
  row?: number;
  digits?: number;
  id?: number;
}

/** What the doctor says. */
export interface Diagnose {
  type: "diagnose";
  id?: number;
}

/** What columns a pasted or uploaded table has, before it is trained on. */
export interface ReadTable {
  type: "read_table";
  text: string;
  id?: number;
}

/** The present state in another form. */
export interface TakeAway {
  type: "take_away";
  form: "explanation" | "latex" | "link" | "python" | "replay" | "svg";
  name?: string;
  scope?: "batch" | "sample";
  hidden?: string[];
  view?: View | null;
  id?: number;
}

/** The loss over two parameters, the others as they are, and the way that training took over it. */
export interface Surface {
  type: "surface";
  across: string;
  up: string;
  points?: number;
  span?: number;
  id?: number;
}

/** Several optimisers from the same start, on the same rows in the same order, for so many epochs. */
export interface Race {
  type: "race";
  optimizers: string[];
  rates?: number[];
  epochs?: number;
  across?: string;
  up?: string;
  id?: number;
}

/** Begin a lesson, of `Catalogue.lessons`, which goes on until it is left by "", with what it has set up. */
export interface TakeLesson {
  type: "lesson";
  name: string;
  view?: View;
  id?: number;
}

/** An array that follows the header. Where `Frame.arrays` says what stands in each. */
export interface ArrayInfo {
  name: string;
  dtype: "float32" | "float64" | "int32" | "uint8";
  shape: number[];
}

/** Nothing was changed. `message` is for people and names value, rule and remedy; `field` is the setting's path. */
export interface Refused {
  type: "refused";
  message: string;
  field: string;
  id: number;
  arrays: ArrayInfo[];
}

/** Something that can be chosen: its name, what it is called, a sentence of help, and its formula in LaTeX. */
export interface Entry {
  name: string;
  title: string;
  help: string;
  formula: string;
  number: number | null;
  amounts: ("noise" | "rows" | "seed")[];
}

/** A lesson: `steps` are what is said and what is to be done, one after the other. */
export interface Lesson {
  name: string;
  title: string;
  summary: string;
  steps: LessonStep[];
  hidden: string[];
  sheet: string;
}

/** A paragraph (LaTeX between dollars), what to do, a question and its answer; what the page selects for it. */
export interface LessonStep {
  text: string;
  do: string;
  question: string;
  answer: string;
  select: string;
  equations: string[];
}

/** All that can be chosen, with help for each: the page has no list of its own. */
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

/** The rows as they are trained on. */
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

/** What is trained. */
export interface NetworkInfo {
  sizes: number[];
  activations: string[];
  loss: string;
  optimizer: string;
  parameters: number;
  batch_size: number;
  batches: number;
}

/** A point of the loss curve. */
export interface Point {
  epoch: number;
  loss: number | null;
  validation_loss: number | null;
  metric: number | null;
  rate: number;
}

/** The one small thing that is done next, or was done last, within a batch. */
export interface Operation {
  phase: "backward" | "forward" | "loss" | "update";
  kind: "a" | "delta" | "gradient" | "loss" | "mean" | "update" | "z";
  layer: number;
  name: string;
  lit: string[];
  equation: string;
  says: string;
}

/** Where training stands. */
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

/** What is wrong with a unit, or with a number. */
export interface Badge {
  unit: string;
  kind: "constant" | "dead" | "exploding" | "not finite" | "saturated";
  says: string;
}

/** All that is to be drawn. NaN in an array: it is not computed yet, within a batch. */
export interface Frame {
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
  span: number[][];
  speed: number;
  id: number;
  arrays: ArrayInfo[];
}

/** Everything there is to know at the beginning, and after `Configure` and `TakeLesson`. */
export interface Opened {
  type: "opened";
  settings: Settings;
  network: NetworkInfo;
  data: DataInfo;
  frame: Frame;
  catalogue: Catalogue | null;
  lesson: Lesson | null;
  title: string;
  can: string[];
  id: number;
  arrays: ArrayInfo[];
}

/** The explanation of a number, as its JSON has it, with the names that every formula speaks of. */
export interface Derivation {
  type: "derivation";
  name: string;
  scope: "batch" | "sample";
  explanation: unknown;
  path: string[];
  opens: string[];
  difference: number | null;
  relative_error: number | null;
  verdict: string;
  value: number | null;
  headline: string;
  text: string;
  rows: number[];
  id: number;
  arrays: ArrayInfo[];
}

/** A finding of the doctor's: what, the evidence and the remedy; `change` is the remedy as settings. */
export interface Advice {
  name: string;
  evidence: string;
  remedy: string;
  change: Record<string, unknown>;
}

/** What the doctor found, most fundamental first; healthy where there is nothing. */
export interface Diagnosed {
  type: "diagnosed";
  findings: Advice[];
  badges: Badge[];
  id: number;
  arrays: ArrayInfo[];
}

/** A column of a table that was pasted. */
export interface Column {
  name: string;
  kind: "number" | "text";
  values: string[];
  distinct: number;
}

/** What a pasted table has. */
export interface TableRead {
  type: "table_read";
  rows: number;
  columns: Column[];
  target: string;
  task: "classification" | "regression";
  id: number;
  arrays: ArrayInfo[];
}

/** A text to copy or to save under this name. */
export interface TakenAway {
  type: "taken_away";
  text: string;
  file: string;
  media: string;
  id: number;
  arrays: ArrayInfo[];
}

/** Arrays: "surface" float32 (points, points), the loss, first row at the bottom; "path" float64 (n, 3). */
export interface SurfaceDrawn {
  type: "surface_drawn";
  across: number[];
  up: number[];
  rows: number;
  id: number;
  arrays: ArrayInfo[];
}

/** How one optimiser fared; its way over the surface is the array "path.<name>", (epochs + 1, 2). */
export interface Runner {
  name: string;
  rate: number;
  losses: (number | null)[];
  ended: string;
}

/** The optimisers' losses, in the order they were asked for. */
export interface Raced {
  type: "raced";
  runners: Runner[];
  id: number;
  arrays: ArrayInfo[];
}
