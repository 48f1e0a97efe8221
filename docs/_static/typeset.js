// Formulas, as Sphinx marks them, typeset by KaTeX; those that are wider than the page scroll by themselves.
renderMathInElement(document.body, {
  delimiters: [
    { left: "\\[", right: "\\]", display: true },
    { left: "\\(", right: "\\)", display: false },
  ],
});
