/** `viga/bus`: a run's bus read from outside, with an observer's login; subjects and envelopes for clients of one's own. */

export { VigaError } from "../../config/errors.ts";
export { type BusAddress, type BusFile, readBusFile } from "./address.ts";
export { observer as observerUser } from "./credentials.ts";
export { type Envelope, envelope, parseEnvelope } from "./envelope.ts";
export { openReader, type Reader, type Stored } from "./reader.ts";
export {
  controlSubject,
  deadLetterSubject,
  eventSubject,
  jobSubject,
  mailboxSubject,
  type Role,
  roles,
  streams,
} from "./subjects.ts";
