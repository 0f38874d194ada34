// Config: merges the options given in code, the file or JSON in LOGSHARE_CONFIG, and LOGSHARE_LEVEL.

import { readFileSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { LogshareError } from '../core/errors.js'
import { reasonOf } from '../core/notice.js'
import { process } from '../core/originals.js'
import { checkOptions, type Options, type Settings } from './options.js'

/**
 * The settings of a root. A top-level option given in code replaces the one in `LOGSHARE_CONFIG`; `LOGSHARE_LEVEL`
 * replaces both. Relative paths are resolved against the current directory.
 * `adapterNames`: see `checkOptions`. Throws `LOGSHARE_ERR_CONFIG` if `LOGSHARE_CONFIG` cannot be read or parsed,
 * `LOGSHARE_ERR_OPTION` for a wrong option.
 */
export function loadSettings(
  given: unknown,
  adapterNames: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Settings {
  if (given !== undefined) checkOptions(given, adapterNames)
  const config = loadConfig(adapterNames, env)
  const level = env.LOGSHARE_LEVEL ? { level: env.LOGSHARE_LEVEL } : {}
  if (env.LOGSHARE_LEVEL) withOrigin('LOGSHARE_LEVEL', () => checkOptions(level, adapterNames))
  return checkOptions({ ...config, ...(given as object | undefined), ...level }, adapterNames)
}

/** The checked options in `LOGSHARE_CONFIG`; empty if it is not set. Throws like `loadSettings`. */
export function loadConfig(
  adapterNames: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Options {
  if (!env.LOGSHARE_CONFIG) return {}
  const config = readConfig(env.LOGSHARE_CONFIG)
  withOrigin('LOGSHARE_CONFIG', () => checkOptions(config, adapterNames))
  return config as Options
}

/** Whether settings are more than the defaults with another level. A root without more only launches what it starts. */
export function isConfigured(settings: Settings, adapterNames: readonly string[]): boolean {
  const { level } = settings
  return JSON.stringify(settings) !== JSON.stringify({ ...checkOptions({}, adapterNames), level })
}

function readConfig(value: string): unknown {
  if (value.trimStart().startsWith('{')) return parseJson(value, 'LOGSHARE_CONFIG')
  const path = resolve(value)
  switch (extname(path)) {
    case '.json':
      return parseJson(readText(path), path)
    case '.js':
    case '.cjs':
      return loadModule(path)
    default:
      throw new LogshareError(
        'LOGSHARE_ERR_CONFIG',
        `LOGSHARE_CONFIG: expected the path of a .json, .js or .cjs file, or JSON that begins with {, got ${shown(value)}`,
      )
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new LogshareError('LOGSHARE_ERR_CONFIG', `LOGSHARE_CONFIG: ${reasonOf(cause)}`, { cause })
  }
}

function parseJson(text: string, origin: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    // Without the cause, which quotes the text: it may hold passwords.
    const reason = oneLine(cause).replace(QUOTE, '')
    throw new LogshareError('LOGSHARE_ERR_CONFIG', `${origin}: invalid JSON: ${reason}`)
  }
}

/** What V8 quotes of the text that did not parse. */
const QUOTE = /,? (?:\.\.\.)?".*"(?:\.\.\.)? is not valid JSON$/s

// A path; a longer text, or one that is no path, may be options.
function shown(value: string): string {
  const isPath = value.length <= 200 && !/["{}[\]]/.test(value)
  return isPath ? `'${value}'` : `a text of ${value.length} characters`
}

function loadModule(path: string): unknown {
  try {
    const exported = require(path) as { default?: unknown }
    return exported.default ?? exported
  } catch (cause) {
    throw new LogshareError('LOGSHARE_ERR_CONFIG', `${path}: ${oneLine(cause)}`, { cause })
  }
}

// Node's messages have several lines: they quote the text that did not parse, or list a missing module's require stack.
function oneLine(cause: unknown): string {
  return reasonOf(cause)
    .replace(/\s+Require stack:.*$/s, '')
    .replace(/\s+/g, ' ')
}

// Adds the source of a wrong option to the error's message.
function withOrigin(origin: string, check: () => unknown): void {
  try {
    check()
  } catch (error) {
    if (error instanceof LogshareError) error.message = `${origin}: ${error.message}`
    throw error
  }
}
