// What stands on the page: elements that are seen, with boxes in CSS pixels from the page's top left corner.
(({ most, characters, home }) => {
  const hex = (colour) => {
    const found = /^rgba?\(([\d.]+), ([\d.]+), ([\d.]+)(?:, ([\d.]+))?\)$/.exec(colour);
    if (found === null) return colour;
    if (found[4] !== undefined && Number(found[4]) === 0) return null;
    const digits = found.slice(1, 4).map((part) => Math.round(Number(part)).toString(16).padStart(2, "0"));
    return `#${digits.join("")}${found[4] === undefined || Number(found[4]) === 1 ? "" : ` at ${Number(found[4])}`}`;
  };
  const own = (element) => {
    let text = "";
    for (const node of element.childNodes) if (node.nodeType === 3) text += node.nodeValue;
    return text.replace(/\s+/g, " ").trim();
  };
  const pictures = new Set(["IMG", "SVG", "CANVAS", "VIDEO", "OBJECT", "EMBED", "IFRAME"]);
  const width = document.documentElement.clientWidth;
  const elements = [];
  for (const element of document.querySelectorAll("body, body *")) {
    if (["SCRIPT", "STYLE", "TEMPLATE", "BR", "OPTION"].includes(element.tagName)) continue;
    if (element.closest("svg") !== null && element.tagName.toUpperCase() !== "SVG") continue;
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    if (box.width < 1 || box.height < 1 || style.visibility !== "visible" || Number(style.opacity) === 0) continue;
    const text = own(element) || (["INPUT", "TEXTAREA", "BUTTON"].includes(element.tagName) ? element.value || element.placeholder || "" : "");
    const background = hex(style.backgroundColor);
    const image = style.backgroundImage.includes("url(");
    const picture = pictures.has(element.tagName.toUpperCase());
    const border = ["Top", "Right", "Bottom", "Left"].some((side) => Number.parseFloat(style[`border${side}Width`]) > 0 && style[`border${side}Style`] !== "none");
    const paints = text !== "" || picture || image || background !== null || style.backgroundImage !== "none" || border;
    const left = box.left + scrollX;
    const top = box.top + scrollY;
    const entry = {
      tag: element.tagName.toLowerCase(),
      box: [left, top, box.width, box.height].map((value) => Math.round(value * 10) / 10),
      paints,
    };
    if (element.id) entry.id = String(element.id).slice(0, 60);
    if (typeof element.className === "string" && element.className.trim()) entry.class = element.className.trim().slice(0, 80);
    if (text !== "") {
      entry.text = text.slice(0, characters);
      entry.color = hex(style.color) ?? "transparent";
      entry.font = [Number.parseFloat(style.fontSize), style.fontWeight, style.fontFamily.split(",")[0].replaceAll('"', "").trim()];
      if (element.scrollWidth > element.clientWidth + 1 && style.overflowX === "hidden" && element.clientWidth > 0) entry.cut = true;
    }
    if (background !== null) entry.background = background;
    if (picture || image) entry.picture = String(element.getAttribute("src") ?? (image ? style.backgroundImage : "")).replaceAll(home, "").slice(0, 80);
    if (left + box.width > width + 1 && style.position !== "fixed") entry.over = Math.round(left + box.width - width);
    elements.push(entry);
  }
  const painted = elements.filter((entry) => entry.paints);
  const rest = painted.length - most;
  const page = document.documentElement;
  return {
    title: document.title.slice(0, 200),
    background: hex(getComputedStyle(document.body ?? page).backgroundColor) ?? hex(getComputedStyle(page).backgroundColor) ?? "#ffffff",
    elements: painted.slice(0, most).map(({ paints: _, ...entry }) => entry),
    left_out: Math.max(0, rest),
    scripts: document.scripts.length,
  };
})
