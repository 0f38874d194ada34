// Joining: an application whose LOGSHARE_DIR is a collector's logs into that, as a child would, and writes no log itself.

import { basename, extname, resolve } from 'node:path'
import { loadConfig, loadSettings } from '../config/config.js'
import type { Options } from '../config/options.js'
import type { Threshold } from '../core/level.js'
import { stdioIds } from '../core/stdio.js'
import { ROOT_NAME } from '../logger/registry.js'
import { type Joined, readInheritance, withJoined } from '../spawn/inherit.js'
import { placeChild } from './place.js'

/**
 * Makes this thread one of a collector's applications; returns the undo. Undefined if `LOGSHARE_DIR` is no directory that
 * a collector has used. Throws `LOGSHARE_ERR_OPTION` or `_CONFIG` for wrong options, though of those only levels, adapters
 * and what is redacted are used.
 */
export function join(options: Options | undefined, preloaded: boolean): (() => void) | undefined {
  const { LOGSHARE_DIR } = process.env
  if (!LOGSHARE_DIR) return undefined
  const directory = resolve(LOGSHARE_DIR)
  const left = readInheritance(directory)
  if (!left?.isCollector) return undefined
  const joined = joinedBy(options)
  const queue = { type: 'file', directory } as const
  const inheritance = withJoined(left, joined)
  // What it prints may be data, and goes where it went.
  const capture = { stdout: true, stderr: true }
  const place = { source: sourceOf(process.env), inheritance, capture, queue }
  return placeChild({ ...place, joined, isCopied: true }, preloaded)
}

// The collector's levels hold, unless this application was told others: a configuration is often that of the collector.
function joinedBy(options: Options | undefined): Joined {
  const settings = loadSettings(options)
  const { LOGSHARE_LEVEL } = process.env
  const level = LOGSHARE_LEVEL ? (LOGSHARE_LEVEL as Threshold) : options?.level
  const own = { ...options?.levels, ...(level !== undefined && { [ROOT_NAME]: level }) }
  const adapters = options?.adapters ?? loadConfig().adapters
  return {
    own,
    redact: settings.redact,
    ...(adapters !== undefined && { adapters: settings.adapters }),
    stdio: stdioIds(),
  }
}

// Unlike the sources of a tree, those of applications are told apart by nobody: the process id does. pm2 starts scripts by
// one of its own.
function sourceOf(env: NodeJS.ProcessEnv): string {
  const script = env.pm_exec_path || process.argv[1] || 'node'
  return `${basename(script, extname(script))}#${process.pid}`
}
