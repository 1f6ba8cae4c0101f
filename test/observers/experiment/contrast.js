// The visible texts whose contrast with what lies behind them is below 4.5 (WCAG 2.2, 1.4.3), with their
// contrast. Colours are painted on a canvas first, so that any notation of them can be read.
(() => {
  const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const over = (colours) => {
    paint.globalCompositeOperation = "source-over";
    for (const colour of ["#fff", ...colours]) {
      paint.fillStyle = colour;
      paint.fillRect(0, 0, 1, 1);
    }
    return [...paint.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const grounds = (element) => {
    const up = element.parentElement === null ? [] : grounds(element.parentElement);
    return [...up, getComputedStyle(element).backgroundColor];
  };
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode.textContent?.trim() ?? "";
    const element = texts.currentNode.parentElement;
    if (
      text === "" ||
      ["SCRIPT", "STYLE", "OPTION", "NOSCRIPT"].includes(element.tagName) ||
      !element.checkVisibility()
    )
      continue;
    const behind = grounds(element);
    const [one, other] = [luminance(over([...behind, getComputedStyle(element).color])), luminance(over(behind))];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (contrast < 4.5)
      found.push(`${contrast.toFixed(2)} ${element.tagName}.${element.className}: ${text.slice(0, 40)}`);
  }
  return found;
})()
