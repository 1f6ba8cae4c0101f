import { serviceKey } from "../../bridge/assets/make.ts";
import { openBus } from "../../bridge/bus/connection.ts";
import { readKey } from "../../bridge/models/endpoint/keys.ts";
import { askServed } from "../../bridge/models/served.ts";
import { askProgram } from "../../bridge/processes/ask-program.ts";
import { findProgram } from "../../bridge/processes/find-program.ts";
import { checkScratchRoot } from "../../bridge/processes/scratch.ts";
import { toVigaError, VigaError } from "../../config/errors.ts";
import { modeOf } from "../../config/modes/index.ts";
import { keyNames, type NamedProfile } from "../../config/profile.ts";
import type { ResolvedConfig } from "../../config/resolved.ts";
import { printError } from "../print.ts";
import { type Program, programs } from "../setup/programs.mjs";
import type { HostMode } from "./hosts.ts";

/** Names everything a run would lack, before anything is started. Throws `dependency_missing` or `model_auth`. */
export async function preflight(config: ResolvedConfig, hosts: HostMode): Promise<void> {
  await checkScratchRoot();
  const needed = neededPrograms(config, hosts);
  const missing = await missingPrograms(needed, config);
  if (missing.length > 0) {
    const names = missing.flatMap(({ apt }) => apt).join(" ");
    throw new VigaError(
      "dependency_missing",
      `missing on this machine: ${missing.map(({ name }) => name).join(", ")}`,
      {
        hint: `apt-get install ${names}   (viga doctor says more)`,
      },
    );
  }
  await askVersions(needed, config);
  const keys = missingKeys(config);
  if (keys.length > 0) {
    throw new VigaError("model_auth", `no key for a model: set ${keys.join(", ")}`, {
      hint: "export it in this shell, or run without a model: --config offline",
    });
  }
  const [unmade] = badServices(config);
  if (unmade !== undefined) throw unmade;
  const [bad] = badKeys(config);
  if (bad !== undefined) throw bad;
  await reachBus(config);
  await reachEndpoints(config);
}

/** A bus elsewhere must answer before a folder is made for the run. Throws `bus_unreachable`, `config_invalid`. */
async function reachBus({ bus: { url, creds } }: ResolvedConfig): Promise<void> {
  if (url === undefined) return;
  const bus = await openBus({ url, creds }, { name: "viga preflight", timeout: 3000 });
  await bus.close();
}

/** What a run would lack on this machine, in words, without asking anything of anybody. */
export async function lacks(config: ResolvedConfig, hosts: HostMode): Promise<string[]> {
  const missing = await missingPrograms(neededPrograms(config, hosts), config);
  return [
    ...missing.map(({ name, apt }) => `${name} (apt-get install ${apt.join(" ")})`),
    ...missingKeys(config),
    ...[...badKeys(config), ...badServices(config)].map(({ message }) => message),
  ];
}

function neededPrograms(config: ResolvedConfig, hosts: HostMode): Program[] {
  return Object.values(programs).filter(({ name }) => {
    if (!modeOf(config.mode).programs.includes(name)) return false;
    if (name === "nats-server") return config.bus.url === undefined;
    // Executors that a person starts elsewhere bring their own engine.
    return hosts !== "apart" && config.executors.length > 0;
  });
}

async function missingPrograms(needed: readonly Program[], config: ResolvedConfig): Promise<Program[]> {
  const missing: Program[] = [];
  for (const program of needed) {
    const given = config.programs[program.setting] ?? process.env[program.env];
    const found = await Promise.all(
      (given === undefined ? program.commands : [given]).map((name) => findProgram(name)),
    );
    if (found.every((path) => path === null)) missing.push(program);
  }
  return missing;
}

/** The profiles of the models that this run asks. */
function profilesOf(config: ResolvedConfig): NamedProfile[] {
  const found = new Map<string, NamedProfile>();
  for (const role of [...Object.values(config.roles), ...Object.values(config.shadow)]) {
    if (role?.profile) found.set(`${role.profile.base_url} ${role.profile.model}`, role.profile);
  }
  return [...found.values()];
}

/** Keys that the models of this run need and the environment lacks, by their names. */
function missingKeys(config: ResolvedConfig): string[] {
  const keys = [...Object.values(config.roles), ...Object.values(config.shadow)].flatMap((role) => {
    if (!role?.profile || !lacksKey(role.profile)) return [];
    return [`${keyNames(role.profile).join(" or ")} (for ${role.player})`];
  });
  return [...new Set(keys)];
}

function lacksKey(profile: NamedProfile): boolean {
  const names = keyNames(profile);
  if (!profile.key_required || profile.key_file !== undefined || names.length === 0) return false;
  return names.every((name) => !process.env[name]);
}

/** Services of assets whose key the environment lacks, or holds in a form that no request can carry. */
function badServices({ assets }: ResolvedConfig): VigaError[] {
  return assets.services.flatMap((service) => {
    try {
      serviceKey(service, process.env);
      return [];
    } catch (error) {
      return [toVigaError(error)];
    }
  });
}

/** What is wrong with the keys that are there: files that cannot be read, values that no request can carry. */
function badKeys(config: ResolvedConfig): VigaError[] {
  return profilesOf(config).flatMap((profile) => {
    try {
      if (!lacksKey(profile)) readKey(profile, process.env);
      return [];
    } catch (thrown) {
      return [toVigaError(thrown)];
    }
  });
}

/** Seconds within which a program must tell its version. */
const answersWithin = 30;

/** A program that hangs would be waited for in silence when the run needs it. Throws `dependency_missing`. */
async function askVersions(needed: readonly Program[], config: ResolvedConfig): Promise<void> {
  const asked = needed.filter(({ name }) => name === "blender" || name === "nats-server");
  await Promise.all(
    asked.map(async ({ name, setting, env, commands }) => {
      const command = config.programs[setting] ?? process.env[env] ?? commands[0] ?? name;
      const { timedOut } = await askProgram(command, ["--version"], answersWithin);
      if (!timedOut) return;
      throw new VigaError(
        "dependency_missing",
        `${name} does not answer: ${command} --version prints nothing and does not end`,
        {
          hint: `does it run by itself? ${env} names another one`,
        },
      );
    }),
  );
}

/** A run on a bus of its own with no executor would wait for ever. Throws `config_invalid`. */
export function checkExecutors(config: ResolvedConfig, hosts: HostMode): void {
  if (config.executors.length > 0 || hosts === "apart" || config.bus.url !== undefined) return;
  throw new VigaError("config_invalid", "executors: [] leaves nobody to run the programs", {
    hint: "leave the key out, or name one: executors: [{ slot: cpu }]; with --hosts apart, or on a bus of your own, start them yourself: viga executor --slot cpu",
  });
}

/** Milliseconds within which an endpoint must take a connection. */
const reachWithin = 4000;

/**
 * Every endpoint a role will call must answer something, whatever it answers, and must not say that it has no such
 * model. What only its list lacks is a warning: lists are not always whole. Throws `model_unreachable`.
 */
async function reachEndpoints(config: ResolvedConfig): Promise<void> {
  const asked = await Promise.all(
    profilesOf(config).map(async (profile) => {
      const signal = AbortSignal.timeout(reachWithin);
      const served = await askServed(profile, process.env, signal).catch(() => null);
      return { profile, served };
    }),
  );
  const away = asked
    .filter(({ served }) => served === null)
    .map(({ profile }) => `${profile.base_url} (${profile.name})`);
  if (away.length > 0) {
    throw new VigaError("model_unreachable", `no answer from ${[...new Set(away)].join(", ")}`, {
      hint: "start that server, correct models.<name>.base_url, or run without a model: --config offline",
    });
  }
  for (const { profile, served } of asked) {
    if (served?.has !== "no") continue;
    const near = served.near === undefined ? "" : `; did you mean "${served.near}"?`;
    const said = `${profile.name}: ${profile.base_url} serves no model "${profile.model}"${near}`;
    if (!served.sure) {
      printError(`warning: ${said} (its list: ${shortList(served.ids)})\n`);
      continue;
    }
    throw new VigaError("model_unreachable", said, {
      hint: `set models.${profile.name}.model to one that it serves: ${shortList(served.ids)}`,
    });
  }
}

const shortList = (ids: readonly string[]): string =>
  ids.length > 12 ? `${ids.slice(0, 12).join(", ")} and ${ids.length - 12} more` : ids.join(", ");
