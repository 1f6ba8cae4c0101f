/**
 * Text in pictures as strokes of its own, so that labels look the same on a machine without any font. Capitals only
 * (small letters are drawn as capitals). A glyph is a list of strokes on a grid 4 wide and 6 high: pairs of
 * digits x, y; strokes parted by "/".
 */
const glyphs: Record<string, string> = {
  A: "062046/1434",
  B: "06003041423303/33444536",
  C: "4130100105163645",
  D: "00062644422000",
  E: "40000646/0333",
  F: "400006/0333",
  G: "41301001051636454323",
  H: "0006/4046/0343",
  I: "1030/2026/1636",
  J: "4045361605",
  K: "0006/400346",
  L: "000646",
  M: "0600234046",
  N: "06004640",
  O: "103041453616050110",
  P: "06003041423303",
  Q: "103041453616050110/2446",
  R: "06003041423303/2346",
  S: "413010010213334445361605",
  T: "0040/2026",
  U: "000516364540",
  V: "002640",
  W: "0016233640",
  X: "0046/4006",
  Y: "002340/2326",
  Z: "00400646",
  "0": "103041453616050110/2323",
  "1": "112026/1636",
  "2": "01103041420646",
  "3": "0110304142332313/334445361605",
  "4": "300444/3036",
  "5": "400003334445361605",
  "6": "4130100105163645443303",
  "7": "004016",
  "8": "13020110304142331304051636454433",
  "9": "4313020110304145361605",
  ".": "2626",
  ",": "2517",
  ":": "2222/2525",
  "-": "1333",
  "+": "0444/2226",
  "=": "0242/0444",
  "%": "4006/1011010010/3545463635",
  "/": "4006",
  _: "0646",
  "(": "30111536",
  ")": "10313516",
  "<": "400346",
  ">": "004306",
};

/** Drawn for any character without a glyph. */
const unknown = "1030361610";
const advance = 6;

/** Width in px of `text` at a cap height of `height` px. */
export function letteringWidth(text: string, height: number): number {
  return Math.max(0, [...text].length * advance - 2) * (height / 6);
}

/** SVG path of `text` with its upper left corner at (x, y) px and a cap height of `height` px. */
export function lettering(text: string, x: number, y: number, height: number, colour: string): string {
  const unit = height / 6;
  const round = (v: number) => Math.round(v * 100) / 100;
  const parts: string[] = [];
  [...text.toUpperCase()].forEach((character, index) => {
    if (character === " ") return;
    for (const stroke of (glyphs[character] ?? unknown).split("/")) {
      for (let i = 0; i < stroke.length; i += 2) {
        const px = round(x + (Number(stroke[i]) + index * advance) * unit);
        const py = round(y + Number(stroke[i + 1]) * unit);
        parts.push(`${i === 0 ? "M" : "L"}${px} ${py}`);
      }
    }
  });
  const width = round(Math.max(1, unit * 0.85));
  return `<path d="${parts.join("")}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"/>`;
}
