// How far the page reaches, in CSS pixels.
(() => {
  const [html, body] = [document.documentElement, document.body ?? document.documentElement];
  const most = (key) => Math.max(html[`scroll${key}`], body[`scroll${key}`], html[`offset${key}`], body[`offset${key}`], html[`client${key}`]);
  return { width: Math.ceil(most("Width")), height: Math.ceil(most("Height")) };
})
