import { fileURLToPath } from "node:url";

/** Where the engine's worker lies, which Blender's own Python runs. Data: bridge/ starts it and knows nothing else of this folder. */
export const workerScript = fileURLToPath(new URL("./backend/worker.py", import.meta.url));
