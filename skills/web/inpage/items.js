// What can be found again in another picture: pieces of texts, and pictures, with their boxes; and how the page changes with each edit.
(({ most, characters, trials }) => {
  const items = [];
  // For each item the text that it is a piece of, by number; -1: none.
  const owners = [];
  let texts = 0;
  const add = (item, owner = -1) => {
    items.push(item);
    owners.push(owner);
  };
  const ofText = (node, start, end) => {
    const range = document.createRange();
    range.setStart(node, start);
    range.setEnd(node, end);
    return range;
  };
  // Pieces of one line each: they stay what they are where the text breaks anew.
  const pieces = (node) => {
    const owner = texts++;
    const text = node.nodeValue;
    const whole = ofText(node, 0, text.length);
    const lines = whole.getClientRects().length;
    if (lines === 0) return;
    let from = -1;
    let to = -1;
    let line = 0;
    for (const word of text.matchAll(/\S+/g)) {
      const end = word.index + word[0].length;
      const top = lines === 1 ? 0 : ofText(node, word.index, end).getBoundingClientRect().top;
      if (from >= 0 && (top !== line || end - from > characters)) {
        add(ofText(node, from, to), owner);
        from = -1;
      }
      if (from < 0) from = word.index;
      line = top;
      to = end;
    }
    if (from >= 0) add(ofText(node, from, to), owner);
  };
  for (const element of document.querySelectorAll("body *")) {
    if (items.length >= most) break;
    if (["SCRIPT", "STYLE", "NOSCRIPT", "OPTION"].includes(element.tagName)) continue;
    if (["IMG", "INPUT", "BUTTON", "SELECT", "TEXTAREA", "CANVAS", "HR"].includes(element.tagName)) add(element);
    for (const node of element.childNodes) if (node.nodeType === 3 && node.nodeValue.trim() !== "") pieces(node);
    if (element.tagName !== "IMG" && element.children.length < 12) {
      const style = getComputedStyle(element);
      if (style.backgroundColor !== "rgba(0, 0, 0, 0)" || style.borderTopWidth !== "0px") add(element);
    }
  }
  items.length = Math.min(items.length, most);
  owners.length = items.length;
  const boxes = () =>
    items.map((item) => {
      const { left, top, width, height } = item.getBoundingClientRect();
      return [left + scrollX, top + scrollY, width, height].map((value) => Math.round(value * 100) / 100);
    });
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
  const now = { height: Math.ceil(height()), boxes: base, owners, kinds: items.map((item) => (item instanceof Range ? 0 : item.tagName === "IMG" ? 1 : 2)) };
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
