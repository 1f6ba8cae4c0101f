import type { GeneratorPlayer } from "../player.ts";
import { createPageSolver } from "./page/page-solver.ts";
import { createSolver, type SolverOptions } from "./solver.ts";

/** The numeric player of an engine's programs. */
export const solverFor = (engine: string, options: SolverOptions): GeneratorPlayer =>
  engine === "web" ? createPageSolver(options) : createSolver(options);
