/** What a setting is: how its row is written, what its text may be, and what is said when it is not. */
import { readFileSync } from "node:fs";
import { parse as parseToml } from "smol-toml";
import { type Arguments, nearest } from "./commands/arguments.ts";
import type { Settings } from "./config.ts";

/** What a setting accepts, and so how its text is read. */
type Kind =
  | { is: "text"; placeholder: string; wrong?: (text: string) => string | null }
  | { is: "switch" }
  /** A whole number in [least, most]. */
  | { is: "number"; least: number; most: number };

export interface Setting {
  key: keyof Settings;
  /** Without dashes; null where the command line would show a secret to everyone on the machine. */
  flag: string | null;
  env: string;
  default: string | number | boolean;
  /** How the default is written in help and docs, where it depends on the machine. */
  default_text?: string;
  doc: string;
  kind: Kind;
  /** Secrets may also be named by `<ENV>_FILE`, a file that holds them. */
  secret?: true;
}

/** Wrong settings: which one, where it came from, what it must be. Never the value of a secret. */
export class SettingsError extends Error {}

export function text(key: keyof Settings, placeholder: string, fallback: string, doc: string): Setting {
  return { ...named(key), default: fallback, doc, kind: { is: "text", placeholder } };
}

export function flagged(key: keyof Settings, doc: string): Setting {
  return { ...named(key), default: false, doc, kind: { is: "switch" } };
}

export function number(key: keyof Settings, least: number, most: number, fallback: number, doc: string): Setting {
  return { ...named(key), default: fallback, doc, kind: { is: "number", least, most } };
}

function named(key: keyof Settings): { key: keyof Settings; flag: string; env: string } {
  return { key, flag: key.replaceAll("_", "-"), env: `BELLWETHER_${key.toUpperCase()}` };
}

export function placeholder(kind: Kind): string {
  return kind.is === "text" ? kind.placeholder : "N";
}

export function defaultNote(setting: Setting): string {
  if (setting.kind.is === "switch" || setting.default === "") return "";
  return ` Default: ${setting.default_text ?? setting.default}.`;
}

/** The file's values by key; throws SettingsError for text that is not TOML, or keys that are no setting. */
export function readToml(tomlText: string, keys: readonly string[]): Readonly<Record<string, unknown>> {
  let file: Record<string, unknown>;
  try {
    file = parseToml(tomlText);
  } catch (error) {
    throw new SettingsError(`bellwether.toml: ${error instanceof Error ? error.message : String(error)}`);
  }
  for (const key of Object.keys(file)) {
    if (keys.includes(key)) continue;
    const near = nearest(key, keys);
    throw new SettingsError(`bellwether.toml: unknown setting ${key}${near === null ? "" : `; did you mean ${near}?`}`);
  }
  return file;
}

/** What was given for a setting, by the order of precedence, and where. */
export function givenFor(
  setting: Setting,
  flags: Arguments,
  env: Readonly<Record<string, string | undefined>>,
  file: Readonly<Record<string, unknown>>,
): { value: unknown; from: string } {
  if (setting.flag !== null && flags.has(setting.flag)) {
    const value = setting.kind.is === "switch" ? flags.switched(setting.flag) : flags.text(setting.flag);
    return { value, from: `--${setting.flag}` };
  }
  const direct = env[setting.env];
  if (direct !== undefined && direct !== "") return { value: direct, from: setting.env };
  const secretFile = setting.secret ? env[`${setting.env}_FILE`] : undefined;
  if (secretFile !== undefined && secretFile !== "") {
    return { value: readSecret(secretFile, `${setting.env}_FILE`), from: `${setting.env}_FILE` };
  }
  if (setting.key in file) return { value: file[setting.key], from: `bellwether.toml: ${setting.key}` };
  return { value: setting.default, from: "default" };
}

function readSecret(path: string, from: string): string {
  try {
    return readFileSync(path, "utf8").replace(/\r?\n$/, "");
  } catch {
    throw new SettingsError(`${from}: cannot read the file ${path}`);
  }
}

export function check(setting: Setting, value: unknown, from: string): string | number | boolean {
  const { kind } = setting;
  if (kind.is === "text") {
    if (typeof value !== "string") throw new SettingsError(`${from}: must be text`);
    const wrong = kind.wrong?.(value) ?? null;
    if (wrong !== null) throw new SettingsError(`${from}: ${wrong}`);
    return value;
  }
  if (kind.is === "switch") {
    const read = { true: true, "1": true, yes: true, false: false, "0": false, no: false }[String(value)];
    if (read !== undefined) return read;
    throw new SettingsError(`${from}: must be true or false`);
  }
  const read = typeof value === "string" && /^\d{1,15}$/.test(value.trim()) ? Number(value) : value;
  if (typeof read === "number" && Number.isInteger(read) && read >= kind.least && read <= kind.most) return read;
  throw new SettingsError(`${from}: must be a whole number from ${kind.least} to ${kind.most}`);
}

/** Origins are compared as text, so each must be written as browsers send it. */
export function wrongOrigins(text: string): string | null {
  const isOrigin = (item: string): boolean =>
    /^https?:\/\//.test(item) && URL.canParse(item) && new URL(item).origin === item;
  const wrong = originsOf(text).findIndex((item) => !isOrigin(item));
  return wrong === -1
    ? null
    : `origin ${wrong + 1} must be like https://app.example.com: scheme, host, port where it is not the usual one, and nothing after it`;
}

/** The items of a comma-separated list of origins. */
export function originsOf(text: string): readonly string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

export function oneOf(...values: readonly string[]): (text: string) => string | null {
  return (text) => (values.includes(text) ? null : `must be one of ${values.join(", ")}`);
}
