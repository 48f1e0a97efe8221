// What the theme leaves without a name for those who hear the page, or out of reach for those who use a keyboard.
addEventListener("load", () => {
  for (const button of document.querySelectorAll(".search-button__button[aria-label]"))
    button.setAttribute("aria-label", button.textContent.replace(/\s+/g, " ").trim());
  for (const summary of document.querySelectorAll(".bd-sidebar-primary summary"))
    summary.setAttribute("aria-label", `Pages below ${summary.closest("li").querySelector("a").textContent.trim()}`);
  // A thumbnail is a picture with a link laid over it, whose words are hidden.
  for (const link of document.querySelectorAll(".sphx-glr-thumbcontainer a")) {
    link.setAttribute("aria-label", link.textContent.trim());
  }
  // An answer that unfolds has words of its own.
  for (const summary of document.querySelectorAll(".bd-article summary[aria-label]"))
    if (summary.textContent.trim()) summary.removeAttribute("aria-label");
  // A signature's parameters are lines, and no list of terms.
  for (const list of document.querySelectorAll("dt.sig dl")) {
    for (const one of [...list.children, list]) {
      const line = document.createElement("div");
      line.className = "sig-line";
      line.append(...one.childNodes);
      one.replaceWith(line);
    }
  }
  for (const wide of document.querySelectorAll("div.math, pre, .pst-scrollable-table-container, .bd-article table"))
    if (wide.scrollWidth > wide.clientWidth && !wide.querySelector("[tabindex]")) wide.tabIndex = 0;
});
