import type { Part } from "../../../../bridge/models/contract.ts";
import type { Stage } from "../../../../machines/domain/index.ts";
import { stageText } from "../../../../prompts/stage.ts";

/** What a verifier is told of a staged run's stage; it stands last, since it changes from stage to stage. */
export const stageParts = (stage: Stage | undefined): Part[] =>
  stage === undefined ? [] : [{ type: "text", text: stageText(stage, "verifier") }];
