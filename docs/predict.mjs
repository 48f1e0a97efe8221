// What a model answers for a row, in a page or in Node, from the JSON that `clearprop export --to json` writes.
//
//     import { predict } from "./predict.mjs";
//     const model = await (await fetch("flowers.json")).json();
//     predict(model, { "petal length": 1.4, colour: "red" });     // of a table's model: the cells by their columns
//     predict(model, [0.5, -1.0]);                                // of another: the numbers
//
// It answers { label, probabilities } or { label, scores }, where each class has its number in the order of
// model.answer.labels; { labels, probabilities } where several may be there at once; or { prediction }, a list.

/** The answer for a row. */
export function predict(model, row) {
  const inputs = model.columns ? inputsOf(model, row) : row;
  const { answer, networks } = model;
  const logits = answer.kind === "classes" && answer.given === "logits";
  const members = networks.map((network) => {
    const outputs = feedForward(network, inputs, logits);
    return logits ? ofLogits(outputs, answer.temperature) : outputs;
  });
  const mean = members[0].map((_, k) => members.reduce((sum, one) => sum + one[k], 0) / members.length);
  if (answer.kind === "quantities") return { prediction: mean.map((a) => inUnits(a, answer)) };
  if (answer.kind === "labels") {
    const labels = mean.map((a) => a > answer.threshold);
    return { labels, [answer.probable ? "probabilities" : "scores"]: mean };
  }
  const numbers = logits ? mean : ofOutputs(mean, answer);
  let best = 0;
  if (mean.length === 1 && answer.threshold !== null) best = mean[0] > answer.threshold ? 1 : 0;
  else (mean.length === 1 ? numbers : mean).forEach((a, k, all) => (best = a > all[best] ? k : best));
  return { label: answer.labels[best], [answer.given === "scores" ? "scores" : "probabilities"]: numbers };
}

/** The outputs of a network, or the sums of its last layer: neuron by neuron z = b + sum of a W, and a = f(z). */
function feedForward(network, inputs, logits) {
  let a = features(network.inputs, inputs);
  network.layers.forEach(({ weights, biases, shares, activation }, layer) => {
    const z = biases.map((bias, j) => weights.reduce((sum, row, i) => sum + a[i] * row[j], bias));
    if (logits && layer === network.layers.length - 1) return (a = z);
    const f = ACTIVATIONS[activation.name];
    a = activation.name === "softmax" ? softmax(z) : z.map((one) => f(one, activation.parameters));
    if (shares) a = a.map((value, j) => z[j] + shares[j] * (value - z[j]));
  });
  return a;
}

/** What the first layer is fed. */
function features(inputs, x) {
  const a = [];
  let first = 0;
  for (const { name, columns, parameters } of inputs) {
    for (let i = 0; i < columns; i++) {
      const value = x[first + i];
      if (name === "plain") a.push(value);
      else if (name === "scale") a.push(value * parameters.s[i]);
      else if (name === "lookup") a.push(...(parameters.E[value] ?? parameters.E[0].map(() => 0)));
      else a.push(value, ...waves(value, parameters.c[i], parameters.phi[i], parameters.V[i], parameters.v[i]));
    }
    first += columns;
  }
  return a;
}

const waves = (x, c, phi, V, v) =>
  v.map((bias, k) => c.reduce((sum, one, f) => sum + V[f][k] * Math.cos(2 * Math.PI * one * x + phi[f]), bias));

const sigmoid = (z) => 1 / (1 + Math.exp(-z));
const softplus = (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));

function softmax(z) {
  const largest = Math.max(...z);
  const powers = z.map((one) => Math.exp(one - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

const SELU = { scale: 1.0507009873554805, alpha: 1.6732632423543772 };
const ACTIVATIONS = {
  identity: (z) => z,
  step: (z) => (z > 0 ? 1 : 0),
  sigmoid,
  tanh: Math.tanh,
  relu: (z) => Math.max(z, 0),
  leaky_relu: (z, { negative_slope }) => (z > 0 ? z : negative_slope * z),
  elu: (z, { alpha }) => (z > 0 ? z : alpha * Math.expm1(z)),
  selu: (z) => SELU.scale * (z > 0 ? z : SELU.alpha * Math.expm1(z)),
  gelu: (z) => 0.5 * z * erfc(-z * Math.SQRT1_2),
  silu: (z) => z * sigmoid(z),
  mish: (z) => z * Math.tanh(softplus(z)),
  softplus,
  softsign: (z) => z / (1 + Math.abs(z)),
  hard_sigmoid: (z) => Math.min(Math.max(z / 6 + 0.5, 0), 1),
  exponential: Math.exp,
};

/** 1 minus the error function, which JavaScript does not have: by its series near 0, else by its continued fraction. */
function erfc(x) {
  const size = Math.abs(x);
  if (size < 2) {
    let term = x;
    let sum = x;
    for (let n = 1; n < 60; n++) sum += (term *= (-x * x) / n) / (2 * n + 1);
    return 1 - (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 120; n > 0; n--) fraction = n / 2 / (size + fraction);
  const tail = Math.exp(-size * size) / Math.sqrt(Math.PI) / (size + fraction);
  return x > 0 ? tail : 2 - tail;
}

const ofLogits = (z, temperature) =>
  z.length === 1
    ? [sigmoid(-z[0] / temperature), sigmoid(z[0] / temperature)]
    : softmax(z.map((one) => one / temperature));

function ofOutputs(a, { given, threshold }) {
  if (a.length === 1) return [(given === "scores" ? 2 * (threshold ?? 0.5) : 1) - a[0], a[0]];
  if (given !== "shares") return a;
  const total = a.reduce((sum, one) => sum + one, 0);
  return a.map((one) => (total > 0 ? one / total : 1 / a.length));
}

function inUnits(a, { scale, mean, limits }) {
  const value = a * scale + mean;
  return limits ? Math.min(Math.max(value, limits[0]), limits[1]) : value;
}

// ---- From a row of the table to the inputs of the networks ----------------------------------------------------------

function inputsOf(model, cells) {
  const numbers = [];
  const flags = [];
  const codes = [];
  for (const column of model.columns) {
    const known = column.kind === "category" ? column.places : {};
    const cell = given(Object.hasOwn(cells, column.name) ? cells[column.name] : null, model.missing, known);
    READERS[column.kind](column, cell, numbers, flags, codes, model.notation ?? PLAIN);
  }
  return [...numbers, ...flags, ...codes];
}

/** A cell without white space around it; null where it is missing. */
function given(cell, missing, known) {
  if (typeof cell === "string") {
    const text = cell.trim();
    return missing.includes(text) && !Object.hasOwn(known, text) ? null : text;
  }
  return cell === undefined || Number.isNaN(cell) ? null : cell;
}

const READERS = {
  number(column, cell, numbers, flags, codes, notation) {
    const missing = cell === null || column.missing.includes(spelled(cell));
    const value = missing ? null : typeof cell === "string" ? numberOf(cell, notation) : Number(cell);
    if (Number.isNaN(value)) throw new Error(`${column.name}: ${JSON.stringify(cell)} is no number`);
    numbers.push(scaled(value, column.scaling));
    if (column.marked) flags.push(missing ? 1 : 0);
  },
  boolean(column, cell, numbers, flags) {
    const word = cell === null ? null : spelled(cell).toLowerCase();
    const sign = word === null ? 0 : ["true", "yes", "y", "1"].includes(word) ? 1 : -1;
    if (sign < 0 && !["false", "no", "n", "0"].includes(word))
      throw new Error(`${column.name}: ${JSON.stringify(cell)} is neither true nor false`);
    flags.push(sign);
    if (column.marked) flags.push(sign === 0 ? 1 : 0);
  },
  category(column, cell, numbers, flags, codes) {
    const place = cell === null ? column.missing : placeOf(spelled(cell), column.places);
    if (column.form === "codes") codes.push(place);
    else if (column.form === "pair") flags.push([-1, 1][place] ?? 0);
    else flags.push(...oneHot(place, column.width));
  },
  presence(column, cell, numbers, flags) {
    flags.push(cell === null ? -1 : 1);
  },
  date(column, cell, numbers, flags, codes, notation) {
    const missing = cell === null;
    const seconds = missing ? column.first : wall(secondsOf(column, cell, notation), column);
    const date = new Date(Math.floor(seconds) * 1000);
    numbers.push(scaled(missing ? null : (seconds - column.first) / 86400, column.elapsed));
    if (column.years) numbers.push(scaled(missing ? null : date.getUTCFullYear(), column.year));
    const circle = (turns) => (missing ? [0, 0] : [Math.sin(2 * Math.PI * turns), Math.cos(2 * Math.PI * turns)]);
    if (column.seasons) flags.push(...circle((date.getUTCMonth() + (date.getUTCDate() - 1) / 31) / 12));
    if (column.weekdays) flags.push(...oneHot(missing ? -1 : (date.getUTCDay() + 6) % 7, 7));
    if (column.hours_of_day) flags.push(...circle((seconds - Math.floor(seconds / 86400) * 86400) / 86400));
    if (column.marked) flags.push(missing ? 1 : 0);
  },
};

/** How texts are written where the model says nothing of it. */
const PLAIN = { decimal: ".", thousands: null, dates: null };

/** The number that a text is, written as in the table; NaN for none. */
function numberOf(text, { decimal, thousands }) {
  const [whole, ...fractions] = text.split(decimal);
  const [first, ...rest] = thousands === null ? [whole] : whole.split(thousands === " " ? /\s/ : thousands);
  const grouped = /^[+-]?[1-9]\d{0,2}$/.test(first) && rest.every((one) => /^\d{3}$/.test(one));
  if (fractions.length > 1 || [first, ...fractions].join().includes(".") || (rest.length && !grouped)) return NaN;
  return Number([first + rest.join(""), ...fractions].join("."));
}

/** A date as in ISO 8601, of one with the day or the month in front, as the table has them; others as they are. */
function yearFirst(text, { dates }) {
  const found = dates && /^(\d\d?)[-/.](\d\d?)[-/.](\d{4}|\d\d)(?:[ T](.*))?$/.exec(text);
  if (!found) return text;
  const [day, month] = dates === "day-first" ? [found[1], found[2]] : [found[2], found[1]];
  const year = found[3].length === 4 ? found[3] : (Number(found[3]) < 69 ? "20" : "19") + found[3];
  const date = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  return found[4] ? `${date} ${found[4]}` : date;
}

const oneHot = (place, width) => Array.from({ length: width }, (_, i) => (i === place ? 1 : 0));

function scaled(x, { origin, center, scale, missing, low, high, bent }) {
  let z = x === null ? missing : x - origin;
  z = z > 1e100 ? high : z < -1e100 ? low : z;
  z = Math.min(Math.max((z - center) / scale, -1e6), 1e6);
  return bent ? z / Math.sqrt((z / 3) ** 2 + 1) : z;
}

const NUMBER = /^[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** The one spelling of a cell: 1, 1.0 and "1.0" are "1", TRUE is "True". */
function spelled(cell) {
  const text = String(cell);
  if (/^(?:true|false)$/i.test(text)) return text[0].toUpperCase() + text.slice(1).toLowerCase();
  return /^-?(?:0|[1-9]\d*)\.0*$/.test(text) ? text.split(".")[0].replace(/^-0$/, "0") : text;
}

/** The place of a category, by its spelling or else by the number it is; -1 for one that is not known. */
function placeOf(text, places) {
  if (Object.hasOwn(places, text)) return places[text];
  const number = NUMBER.test(text) ? String(Number(text)) : "";
  return Object.hasOwn(places, number) ? places[number] : -1;
}

/** A date as seconds since 1970 UTC: a Date, a number of seconds, or a text such as 2024-03-31 or 2024-03-31T14:30. */
function secondsOf({ name, zoned }, cell, notation) {
  if (typeof cell === "number") return cell;
  if (cell instanceof Date) return cell.getTime() / 1000;
  const [, day, clock, zone] = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)(Z|[+-]\d\d:?\d\d)?)?$/.exec(yearFirst(cell, notation)) ?? [];
  const days = Date.parse(`${day}T00:00:00Z`) / 86400000;
  if (Number.isNaN(days) || new Date(days * 86400000).toISOString().slice(0, 10) !== day)
    throw new Error(`${name}: ${JSON.stringify(cell)} is no date, such as 2024-03-31`);
  if (zoned !== (zone !== undefined)) {
    const [has, had] = zoned ? ["no", "one"] : ["a", "none"];
    throw new Error(`${name}: ${JSON.stringify(cell)} has ${has} time zone, and the dates of training had ${had}`);
  }
  const [hours, minutes, seconds] = (clock ?? "00:00").replace(",", ".").split(":").map(Number);
  const [, sign, ahead, rest] = /^([+-])(\d\d):?(\d\d)$/.exec(zone ?? "") ?? [null, "+", 0, 0];
  const offset = (Number(ahead) * 60 + Number(rest)) * (sign === "-" ? -60 : 60);
  return days * 86400 + hours * 3600 + minutes * 60 + (seconds ?? 0) - offset;
}

/** What the clocks of the column's time zone show. */
function wall(seconds, { hours, offsets }) {
  let passed = 0;
  while (passed < hours.length && hours[passed] * 3600 <= seconds) passed++;
  return seconds + offsets[passed];
}
