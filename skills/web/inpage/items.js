// What can be found again in another picture: texts and pictures, with their boxes; and how the page changes with each edit.
(({ most, trials }) => {
  const items = [];
  for (const element of document.querySelectorAll("body *")) {
    if (items.length >= most) break;
    if (["SCRIPT", "STYLE", "NOSCRIPT", "OPTION"].includes(element.tagName)) continue;
    if (["IMG", "INPUT", "BUTTON", "SELECT", "TEXTAREA", "CANVAS", "HR"].includes(element.tagName)) items.push(element);
    const text = [...element.childNodes].find((node) => node.nodeType === 3 && node.nodeValue.trim() !== "");
    if (text !== undefined) items.push(text);
    else if (element.tagName !== "IMG" && element.children.length < 12) {
      const style = getComputedStyle(element);
      if (style.backgroundColor !== "rgba(0, 0, 0, 0)" || style.borderTopWidth !== "0px") items.push(element);
    }
  }
  const range = document.createRange();
  const boxes = () => {
    const out = [];
    for (const item of items) {
      let target = item;
      if (item.nodeType === 3) {
        range.selectNodeContents(item);
        target = range;
      }
      const { left, top, width, height } = target.getBoundingClientRect();
      out.push([left + scrollX, top + scrollY, width, height]);
    }
    return out;
  };
  const [html, body] = [document.documentElement, document.body];
  const height = () => Math.max(html.scrollHeight, body.scrollHeight, html.offsetHeight, body.offsetHeight, html.clientHeight);
  const put = (edits) => {
    for (const [mark, attribute, text] of edits) {
      const element = document.querySelector(`[data-viga-${mark}]`);
      if (element === null) continue;
      if (attribute === "") element.textContent = text;
      else element.setAttribute(attribute, text);
    }
  };
  const base = boxes();
  const now = { height: Math.ceil(height()), boxes: base, kinds: items.map((item) => (item.nodeType === 3 ? 0 : item.tagName === "IMG" ? 1 : 2)) };
  const moved = trials.map(([edits, back]) => {
    put(edits);
    const changed = [];
    for (const [index, box] of boxes().entries()) {
      const before = base[index];
      if (box.some((value, at) => Math.abs(value - before[at]) > 0.01)) changed.push([index, ...box]);
    }
    const high = Math.ceil(height());
    put(back);
    return { height: high, changed };
  });
  return { ...now, moved };
})
