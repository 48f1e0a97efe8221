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
  // A signature's parameters are a list without terms.
  for (const list of document.querySelectorAll("dt.sig dl"))
    for (const one of [list, ...list.children]) one.setAttribute("role", "presentation");
  for (const wide of document.querySelectorAll("div.math, pre, .pst-scrollable-table-container, .bd-article table"))
    if (wide.scrollWidth > wide.clientWidth && !wide.querySelector("[tabindex]")) wide.tabIndex = 0;
});
