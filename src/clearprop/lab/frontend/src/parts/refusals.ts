/** What a check of types refuses, in the words that the fields of the page have. */

const BOUND = /^(?:settings\.)?([\w.]+): Expected `(\w+)`(?: of length)? (<=|>=|<|>) ([\d.e+-]+)$/;
const KIND = /^(?:settings\.)?([\w.]+): Expected `(\w+)`, got `(\w+)`$/;
const COUNTED: Record<string, string> = { str: "letters", array: "entries" };
const KINDS: Record<string, string> = { int: "a whole number", float: "a number that is not infinite", str: "a text" };

export function plainly(message: string): string {
  const bound = BOUND.exec(message);
  if (bound) {
    const [, path, kind, sign, number] = bound;
    const rule = `${sign} ${Number(number).toLocaleString("en-GB", { maximumSignificantDigits: 17 })}`;
    return COUNTED[kind] ? `${words(path)}: the number of ${COUNTED[kind]} must be ${rule}` : `${words(path)} must be ${rule}`;
  }
  const [, path, kind] = KIND.exec(message) ?? [];
  return KINDS[kind] ? `${words(path)} must be ${KINDS[kind]}` : message;
}

const words = (path: string): string => path.replace(/[._]/g, " ").replace(/^./, (first) => first.toUpperCase());
