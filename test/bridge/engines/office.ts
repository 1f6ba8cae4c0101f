import { locate } from "../../../bridge/engines/locate.ts";

/** Why no deck can be drawn on this machine; null where one can. */
export const noOffice: string | null = await locate(
  "LibreOffice",
  ["soffice", "libreoffice"],
  process.env.VIGA_LIBREOFFICE,
  {
    variable: "VIGA_LIBREOFFICE",
    packages: "libreoffice-impress python3-uno",
  },
).then(
  () => null,
  (error: Error) => error.message,
);

/** Head and end of a program; `body` has `pptx` and writes slides. */
export const program = (body: string): string => `const PptxGenJS = require("pptxgenjs");
const pptx = new PptxGenJS();
${body}
pptx.writeFile({ fileName: "output.pptx" });
`;
