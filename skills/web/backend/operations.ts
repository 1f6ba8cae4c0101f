import type { CallRequest } from "../../../bridge/engines/contract.ts";
import { fitPage, usedLiterals } from "../solver/fit-page.ts";
import { drawCopies } from "./copies.ts";
import type { Tab } from "./tab.ts";

/** One of the engine's own operations beside the contract. */
export type Operation = (tab: Tab, request: CallRequest) => Promise<unknown>;

/** Every operation by its name. */
export const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ["draw_copies", drawCopies],
  ["fit_page", fitPage],
  ["used_literals", usedLiterals],
]);
