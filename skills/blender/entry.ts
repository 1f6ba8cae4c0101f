import { fileURLToPath } from "node:url";

/** Where the engine's worker lies, which Blender's own Python runs. Data: bridge/ starts it and knows nothing else of this folder. */
export const workerScript = fileURLToPath(new URL("./backend/worker.py", import.meta.url));

/** Python that imports a model so that it stands on the ground, for programs that are written here. */
export const placeAssetScript = fileURLToPath(new URL("./backend/place_asset.py", import.meta.url));
