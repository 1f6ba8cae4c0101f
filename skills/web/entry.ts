import { extname } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the engine's worker lies, which Node runs. Data: bridge/ starts it and knows nothing else of this folder. */
export const workerScript = fileURLToPath(new URL(`./backend/worker${extname(import.meta.filename)}`, import.meta.url));
