// Puts texts of style sheets and attributes in place, in the live page.
(({ edits }) => {
  for (const [mark, attribute, text] of edits) {
    const element = document.querySelector(`[data-viga-${mark}]`);
    if (element === null) continue;
    if (attribute === "") element.textContent = text;
    else element.setAttribute(attribute, text);
  }
})
