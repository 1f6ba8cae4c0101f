import { autopresent } from "./autopresent.ts";
import { blenderbench } from "./blenderbench.ts";
import { blendergym } from "./blendergym.ts";
import { design2code } from "./design2code.ts";
import { dynamicScene } from "./dynamic_scene.ts";
import type { ModeDefinition, ModeName } from "./mode.ts";
import { staticScene } from "./static_scene.ts";

/** Every mode by its name. */
export const modes: Readonly<Record<ModeName, ModeDefinition>> = {
  blendergym,
  blenderbench,
  static_scene: staticScene,
  dynamic_scene: dynamicScene,
  autopresent,
  design2code,
};
