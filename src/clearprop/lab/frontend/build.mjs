// Bundles the page into ../static: lab.js (anywidget's form) and lab.css, and the licences of what is in them.
import { readFile, writeFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "..", "static");

// Fonts are loaded by src/parts/fonts.ts from bytes in the bundle: @font-face rules do not work from inside a shadow
// root, and a file beside the style sheet cannot be found by a notebook.
const withoutFontFaces = {
  name: "without font faces",
  setup(build) {
    build.onLoad({ filter: /katex\.min\.css$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replace(/@font-face\{[^}]*\}/g, ""),
      loader: "css",
    }));
  },
};

export const options = {
  absWorkingDir: here,
  bundle: true,
  format: "esm",
  target: ["es2022", "chrome109", "firefox115", "safari16.4"],
  minify: true,
  jsx: "automatic",
  jsxImportSource: "preact",
  loader: { ".woff2": "binary" },
  plugins: [withoutFontFaces],
  legalComments: "none",
  logLevel: "warning",
};

async function writeLicences() {
  const { dependencies } = JSON.parse(await readFile(join(here, "package.json"), "utf8"));
  const texts = Object.keys({ ...dependencies, "@preact/signals-core": "" })
    .sort()
    .map(async (name) => `${name}\n\n${await readFile(join(here, "node_modules", name, "LICENSE"), "utf8")}`);
  await writeFile(join(target, "licenses.txt"), (await Promise.all(texts)).join(`\n${"-".repeat(80)}\n\n`));
}

await mkdir(target, { recursive: true });
const { metafile } = await esbuild.build({
  ...options,
  entryPoints: { lab: "src/lab.ts" },
  outdir: target,
  metafile: true,
});
await writeLicences();
for (const [file, { bytes }] of Object.entries(metafile.outputs)) console.log(`${file}  ${Math.round(bytes / 1024)} KiB`);
