// Read: the configuration as it is written, from LOGSHARE_CONFIG or a file near the main script.

import { readFileSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { LogshareError } from '../core/errors.js'
import { loadOptional } from '../core/load.js'
import { reasonOf } from '../core/notice.js'
import { process } from '../core/originals.js'
import { nearbyFolder } from './nearby.js'
import { lineAt } from './position.js'

export interface Source {
  readonly options: unknown
  /** How messages name it: the path of the file, or `LOGSHARE_CONFIG`. */
  readonly origin: string
  /** Why it counts. */
  readonly reason: string
  /** Of the file. */
  readonly path?: string
  /** The text, if it is that of a JSON file. */
  readonly json?: string
  /** What leads to the options in the text: empty, or `logshare.` in a package.json. */
  readonly member: string
}

/** Undefined if there is no configuration. Throws `LOGSHARE_ERR_CONFIG` if it cannot be read or parsed. */
export function readConfig(env: NodeJS.ProcessEnv): Source | undefined {
  const value = env.LOGSHARE_CONFIG
  if (!value) return readNearby(env)
  const reason = 'from the environment'
  if (value.trimStart().startsWith('{')) {
    const options = parseJson(value, 'LOGSHARE_CONFIG')
    return { options, origin: 'LOGSHARE_CONFIG', reason, member: '' }
  }
  const path = resolve(value)
  const isText = extname(path).startsWith('.json')
  return { ...readFile(path, isText ? readText(path) : '', value), reason, member: '' }
}

// The search and its library are loaded only if there may be something to find.
function readNearby(env: NodeJS.ProcessEnv): Source | undefined {
  const start = nearbyFolder(env)
  if (start === undefined) return undefined
  const { findConfig } = require('./search.js') as typeof import('./search.js')
  const found = findConfig(start)
  if (!found) return undefined
  const { path, text, isMember } = found
  const source = readFile(path, text, path)
  const reason = 'the nearest from the main script upward'
  if (!isMember) return { ...source, reason, member: '' }
  const { logshare } = source.options as { logshare: unknown }
  return { ...source, options: logshare, reason, member: 'logshare.' }
}

function readFile(
  path: string,
  text: string,
  given: string,
): Pick<Source, 'options' | 'origin' | 'path' | 'json'> {
  switch (extname(path)) {
    case '.json':
      return { options: parseJson(text, path), origin: path, path, json: text }
    case '.jsonc': {
      const json = withoutComments(text)
      return { options: parseJson(json, path), origin: path, path, json }
    }
    case '.js':
    case '.cjs':
    case '.mjs':
    case '.ts':
      return { options: loadModule(path), origin: path, path }
    default:
      throw new LogshareError(
        'LOGSHARE_ERR_CONFIG',
        `LOGSHARE_CONFIG: expected the path of a .json, .jsonc, .js, .cjs, .mjs or .ts file, or JSON that begins with {, got ${shown(given)}`,
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
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (cause) {
    // Without the cause, which quotes the text: it may hold passwords.
    const reason = oneLine(cause).replace(QUOTE, '')
    const position = /at position (\d+)/.exec(reason)
    const hasLines = position && origin !== 'LOGSHARE_CONFIG'
    const line = hasLines ? `:${lineAt(text, Number(position[1]))}` : ''
    const remedy = isWithComments(text) ? '; comments and trailing commas need a .jsonc file' : ''
    const what =
      text.trim() === '' ? 'expected JSON, got an empty file' : `invalid JSON: ${reason}${remedy}`
    throw new LogshareError('LOGSHARE_ERR_CONFIG', `${origin}${line}: ${what}`)
  }
}

// Blanks are in their place, so that lines and positions stay.
function withoutComments(text: string): string {
  if (!MAY_HAVE_COMMENTS.test(text)) return text
  const { stripJsonComments } = require('../vendor/config.js') as Comments // made by .build/vendor.js
  return stripJsonComments(text, { trailingCommas: true })
}

interface Comments {
  stripJsonComments(text: string, options: { trailingCommas: boolean }): string
}

const MAY_HAVE_COMMENTS = /\/[/*]|,\s*[}\]]/

function isWithComments(text: string): boolean {
  try {
    JSON.parse(withoutComments(text))
    return true
  } catch {
    return false
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
    const exported = loadOptional(path) as { default?: unknown }
    return exported.default ?? exported
  } catch (cause) {
    throw new LogshareError('LOGSHARE_ERR_CONFIG', `${path}: ${remedy(path, cause)}`, { cause })
  }
}

const NO_REQUIRE: readonly unknown[] = [
  'ERR_REQUIRE_ESM',
  'ERR_REQUIRE_ASYNC_MODULE',
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING',
]

// Node 20 loads no ES modules by `require`, and Node before 22.18 no TypeScript.
function remedy(path: string, cause: unknown): string {
  const { code } = cause as NodeJS.ErrnoException
  const isModule = NO_REQUIRE.includes(code) || isSyntax(cause, path)
  if (!isModule) return oneLine(cause)
  const why = code === 'ERR_REQUIRE_ASYNC_MODULE' ? 'with top-level await' : 'of this kind'
  return `Node ${process.version} cannot load a file ${why} by \`require\`, use a .json or .cjs file`
}

function isSyntax(cause: unknown, path: string): boolean {
  if (!(cause instanceof SyntaxError)) return false
  if (path.endsWith('.ts')) return !(process.features as { typescript?: unknown }).typescript
  return /\b(?:import|export)\b/.test(cause.message)
}

// Node's messages have several lines: they quote the text that did not parse, or list a missing module's require stack.
function oneLine(cause: unknown): string {
  return reasonOf(cause)
    .replace(/\s+Require stack:.*$/s, '')
    .replace(/\s+/g, ' ')
}
