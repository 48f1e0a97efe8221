/** The fonts, from bytes in the bundle: they load in a shadow root, from a file and under any content policy. */
import inter from "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2";
import ams from "katex/dist/fonts/KaTeX_AMS-Regular.woff2";
import mainBold from "katex/dist/fonts/KaTeX_Main-Bold.woff2";
import mainItalic from "katex/dist/fonts/KaTeX_Main-Italic.woff2";
import main from "katex/dist/fonts/KaTeX_Main-Regular.woff2";
import mathItalic from "katex/dist/fonts/KaTeX_Math-Italic.woff2";
import mathBoldItalic from "katex/dist/fonts/KaTeX_Math-BoldItalic.woff2";
import size1 from "katex/dist/fonts/KaTeX_Size1-Regular.woff2";
import size2 from "katex/dist/fonts/KaTeX_Size2-Regular.woff2";
import size3 from "katex/dist/fonts/KaTeX_Size3-Regular.woff2";
import size4 from "katex/dist/fonts/KaTeX_Size4-Regular.woff2";

const FACES: [string, Uint8Array, FontFaceDescriptors?][] = [
  ["Inter Variable", inter, { weight: "100 900" }],
  ["KaTeX_AMS", ams],
  ["KaTeX_Main", main],
  ["KaTeX_Main", mainBold, { weight: "700" }],
  ["KaTeX_Main", mainItalic, { style: "italic" }],
  ["KaTeX_Math", mathItalic, { style: "italic" }],
  ["KaTeX_Math", mathBoldItalic, { style: "italic", weight: "700" }],
  ["KaTeX_Size1", size1],
  ["KaTeX_Size2", size2],
  ["KaTeX_Size3", size3],
  ["KaTeX_Size4", size4],
];

let added = false;

export function addFonts(): void {
  if (added) return;
  added = true;
  for (const [family, bytes, descriptors] of FACES) {
    document.fonts.add(new FontFace(family, bytes as Uint8Array<ArrayBuffer>, descriptors));
  }
}
