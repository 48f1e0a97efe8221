// Which results of a search stand first, beside what the index of words says (which counts up to 100).
// Chapters and recipes come before what is looked up, and that before measurements; what was asked for in words of which
// an entry of the index has all is as good as a title.
var Scorer = {
  score: ([page, , , , score, , kind]) => {
    const asked = new Set(
      (new URLSearchParams(location.search).get("q") || "").toLowerCase().split(/[^\p{L}\p{N}_-]+/u),
    );
    let most = 0;
    for (const [entry, places] of Object.entries(Search._index.indexentries)) {
      const words = entry.split(" ");
      if (!words.every((word) => asked.has(word))) continue;
      if (places.some(([place, , main]) => main && Search._index.docnames[place] === page))
        most = Math.max(most, words.length);
    }
    const area = [
      [/^(learn|do)\//, 3],
      [/^benchmarks/, -4],
      [/^(reference\/api|lessons|gallery)\//, -1],
      [/^reference\/glossary/, -3],
      [/^article/, -2],
    ].find(([pattern]) => pattern.test(page));
    return score + (most && 10 + 10 * most) + (area ? area[1] : 0);
  },
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 5, 1: 2, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
