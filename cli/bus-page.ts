import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { controlVerbs } from "../actors/run/control.ts";
import { jobOrder } from "../actors/run/jobs.ts";
import { makeEnvelope } from "../bridge/bus/envelope.ts";
import {
  controlSubject,
  deadLetterSubject,
  eventSubject,
  jobSubject,
  mailboxSubject,
  streams,
} from "../bridge/bus/subjects.ts";
import { type EventKind, eventGroups, eventKinds } from "../machines/domain/events/index.ts";
import {
  errorData,
  feedback,
  measurement,
  measures,
  program,
  refined,
  round,
  state,
  task,
  usage,
} from "../machines/domain/index.ts";
import { messageOf } from "../machines/messages.ts";

/** The generated files, relative to the repository. Made again by `node cli/bus-page.ts`. */
export const busPageFile = "docs/bus.md";
export const eventSchemaFile = "machines/domain/events/events.schema.json";

const run = "lighting-mwxxcjvp";
const time = "2026-01-02T03:04:05.000Z";

/** The ring's words, which several events hold; in the schema each stands once. */
const words = { task, program, refined, state, measures, measurement, feedback, round, usage, error: errorData };

/** JSON Schema of an event as the bus and a tape have it: for each type the form of its data. */
export function eventSchemaText(): string {
  const metadata = z.registry<{ id: string }>();
  for (const [name, word] of Object.entries(words)) metadata.add(word, { id: `word.${name}` });
  const definitions: Record<string, unknown> = {};
  for (const [type, { says, data }] of Object.entries(eventKinds)) {
    const { $schema: _, $defs, ...schema } = z.toJSONSchema(data, { io: "input", metadata });
    Object.assign(definitions, $defs, { [type]: { description: says, ...schema } });
  }
  const one = (type: string) => ({
    properties: { type: { const: type }, data: { $ref: `#/$defs/${type}` } },
    required: ["type", "data"],
  });
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "An event of a viga run",
    description: "A line of tape.jsonl, or an envelope of viga.evt.>: its type says what its data hold.",
    type: "object",
    oneOf: Object.keys(eventKinds).map(one),
    $defs: definitions,
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** JSON with a line for each key at the top; long hashes are cut, which the page says. */
function shown(value: Record<string, unknown>): string {
  const lines = Object.entries(value).map(([key, item]) => `  ${JSON.stringify(key)}: ${JSON.stringify(item)}`);
  const text = lines.length === 0 ? "{}" : `{\n${lines.join(",\n")}\n}`;
  return `\`\`\`json\n${text.replaceAll(/([0-9a-f])\1{63}/g, (hash) => `${hash.slice(0, 8)}...`)}\n\`\`\``;
}

/** An envelope as a role sends it; `more`: its number in the sender's mail, or another subject. */
function envelopeOf(
  type: string,
  role: string,
  data: Record<string, unknown>,
  more: { sequence?: number; subject?: string } = {},
) {
  const place = `${run}/${role}`;
  return makeEnvelope({ id: `${place}/7`, source: place, type, subject: place, time, data, ...more });
}

function subjectSections(): string[] {
  const said = { type: "generator.end", t: 4, reason: "good enough" };
  const mail = messageOf.memory.parse(said);
  const { type, ...data } = mail;
  const order = jobOrder.parse({
    job: `${run}/executor/9`,
    run,
    role: "executor",
    epoch: 1,
    work: { op: "choose", t: 1, candidate: 0 },
  });
  const dead = {
    reason: "no message of memory: t is missing",
    mailbox: mailboxSubject(run, "memory"),
    seq: 41,
    message: "{}",
  };
  const kinds = Object.entries(messageOf).map(
    ([role, { options }]) => `- ${role}: ${options.map(({ shape }) => `\`${shape.type.value}\``).join(", ")}`,
  );
  const section = (title: string, words: string, example: Record<string, unknown>) =>
    `### \`${title}\`\n\n${words}\n\n${shown(example)}`;
  return [
    section(
      eventSubject("RUN", "ROLE", "type").replace(".type", ".TYPE"),
      `Stream \`${streams.event}\`: the tape. What an observer reads, and the one truth of a run.`,
      envelopeOf("writing", "generator", eventKinds.writing!.example),
    ),
    section(
      mailboxSubject("RUN", "ROLE"),
      `Stream \`${streams.mailbox}\`: the ordered mailbox of one actor. Between roles only; another's message is a dead letter. Types by the role that takes them:\n\n${kinds.join("\n")}`,
      envelopeOf(type, "generator", data, { sequence: 3 }),
    ),
    section(
      jobSubject("ENGINE", "SLOT"),
      `Work queue \`${streams.job}\`: what a slot is to do, one at a time. \`work.op\` is one of ${operations()}.`,
      envelopeOf("job", "executor", { ...order }, { subject: "cpu" }),
    ),
    section(
      controlSubject("RUN", "VERB"),
      `In no stream: asked and answered at once, as \`viga ctl\` does. Verbs: ${controlVerbs.join(", ")}. The supervisor answers \`{"ok": true}\` and records \`control\`.`,
      { id: "5f3a9c", data: { stop: { max_rounds: 20 } } },
    ),
    section(
      deadLetterSubject("RUN", "ROLE"),
      `Stream \`${streams.deadLetter}\`: what a mailbox held and its role could not take, with the reason.`,
      envelopeOf("dead.letter", "memory", dead),
    ),
  ];
}

const operations = (): string => jobOrder.shape.work.options.map(({ shape }) => `\`${shape.op.value}\``).join(", ");

const eventSection = ([type, { by, says, example }]: [string, EventKind]): string =>
  `#### \`${type}\`\n\n${says} From ${by.join(", ")}.\n\n${shown(example)}`;

/** docs/bus.md: every subject and every event, each with an example. */
export function busPageText(): string {
  const groups = Object.entries(eventGroups).map(
    ([title, kinds]) => `### ${title}\n\n${Object.entries(kinds).map(eventSection).join("\n\n")}`,
  );
  return `<!-- Generated by \`node cli/bus-page.ts\` from the schemas in machines/domain/events; a test keeps it so. -->

# The bus, subject by subject

A run talks over NATS. \`viga observe --print-nats\` prints the server, with a login that can only read; \`examples/observers\`
follows a run in Python, TypeScript and bash, and \`viga/observer\` does it in types. Messages are CloudEvents 1.0 as JSON, but for
control; unknown keys are to be passed over. A text over 16 KiB and every picture travel as \`sha256:\` references into the run's
artifact store (\`artifacts/sha256/<first two digits>/<hash>\` in its output folder). \`tape.jsonl\` has the same events, a line each:
\`{seq, id, time, run, role, type, data}\`.

JSON Schema of every event: [events.schema.json](../${eventSchemaFile}); in an installed package \`viga/events.schema.json\`. Hashes
are cut in the examples below (\`11111111...\`); the schema says how long they are.

## Subjects

${subjectSections().join("\n\n")}

## Events

${groups.join("\n\n")}
`;
}

if (import.meta.main) {
  const root = join(import.meta.dirname, "..");
  writeFileSync(join(root, busPageFile), busPageText());
  writeFileSync(join(root, eventSchemaFile), eventSchemaText());
}
