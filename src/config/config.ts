// Configuration: the options given in code, the file or JSON in LOGSHARE_CONFIG, and LOGSHARE_LEVEL, as one.

import { readFileSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { LogshareError } from '../core/errors.js'
import { reasonOf } from '../core/notice.js'
import { checkOptions, type Options, type Settings } from './options.js'

/**
 * Settings of a root. An option given in code goes before the one in `LOGSHARE_CONFIG`; `LOGSHARE_LEVEL` goes
 * before both. Relative paths mean the current directory.
 * Throws `LOGSHARE_ERR_CONFIG` for a file that cannot be read, `LOGSHARE_ERR_OPTION` for a wrong option.
 */
export function loadSettings(given: unknown, env: NodeJS.ProcessEnv = process.env): Settings {
  if (given !== undefined) checkOptions(given)
  const config = loadConfig(env)
  const level = env.LOGSHARE_LEVEL ? { level: env.LOGSHARE_LEVEL } : {}
  if (env.LOGSHARE_LEVEL) from('LOGSHARE_LEVEL', () => checkOptions(level))
  return checkOptions({ ...config, ...(given as object | undefined), ...level })
}

/** The options in `LOGSHARE_CONFIG`, checked; empty if it is not set. Throws as `loadSettings` does. */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Options {
  if (!env.LOGSHARE_CONFIG) return {}
  const config = readConfig(env.LOGSHARE_CONFIG)
  from('LOGSHARE_CONFIG', () => checkOptions(config))
  return config as Options
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
        `LOGSHARE_CONFIG: expected the path of a .json, .js or .cjs file or JSON beginning with {, got '${value}'`,
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
    throw new LogshareError('LOGSHARE_ERR_CONFIG', `${origin}: not JSON: ${oneLine(cause)}`, {
      cause,
    })
  }
}

function loadModule(path: string): unknown {
  try {
    const exported = require(path) as { default?: unknown }
    return exported.default ?? exported
  } catch (cause) {
    throw new LogshareError('LOGSHARE_ERR_CONFIG', `${path}: ${oneLine(cause)}`, { cause })
  }
}

// Node quotes what it could not parse, and lists who required a module that is not there.
function oneLine(cause: unknown): string {
  return reasonOf(cause)
    .replace(/\s+Require stack:.*$/s, '')
    .replace(/\s+/g, ' ')
}

// Tells which of several sources holds the wrong option.
function from(origin: string, check: () => unknown): void {
  try {
    check()
  } catch (error) {
    if (error instanceof LogshareError) error.message = `${origin}: ${error.message}`
    throw error
  }
}
