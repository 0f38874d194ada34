// Join: makes an application log through a collector, like a child, if LOGSHARE_DIR is a collector's directory.

import { basename, extname, resolve } from 'node:path'
import { ADAPTER_NAMES } from '../adapters/table.js'
import { loadConfig, loadSettings } from '../config/config.js'
import { checkOptions, type Options } from '../config/options.js'
import { process } from '../core/originals.js'
import { stdioIds } from '../core/stdio.js'
import { ROOT_NAME } from '../logger/registry.js'
import { type Joined, readInheritance, withJoined } from '../spawn/inherit.js'
import { placeChild } from './place.js'

/**
 * Makes this thread log through the collector; returns the undo. Returns undefined if `LOGSHARE_DIR` is not set or no
 * collector has used that directory. Of the options, only `level`, `levels`, `adapters` and `redact` are used; all are
 * checked. Throws `LOGSHARE_ERR_OPTION` or `LOGSHARE_ERR_CONFIG`.
 */
export function join(options: Options | undefined, preloaded: boolean): (() => void) | undefined {
  const { LOGSHARE_DIR } = process.env
  if (!LOGSHARE_DIR) return undefined
  const directory = resolve(LOGSHARE_DIR)
  const collector = readInheritance(directory)
  if (!collector?.isCollector) return undefined
  const joined = joinedBy(options)
  const queue = { type: 'file', directory } as const
  const inheritance = withJoined(collector, joined)
  // With `isCopied` below: printed text is copied to the collector and still printed, because it may be data.
  const capture = { stdout: true, stderr: true }
  const place = { source: sourceOf(process.env), inheritance, capture, queue }
  return placeChild({ ...place, joined, isCopied: true }, preloaded)
}

// The collector's levels apply unless LOGSHARE_LEVEL or `install()` sets others. Levels in LOGSHARE_CONFIG do not
// count: that file is often the collector's own.
function joinedBy(options: Options | undefined): Joined {
  const settings = loadSettings(options, ADAPTER_NAMES)
  const { LOGSHARE_LEVEL } = process.env
  const given = checkOptions(options ?? {}, ADAPTER_NAMES)
  const hasLevel = Boolean(LOGSHARE_LEVEL) || options?.level !== undefined
  const own = { ...given.levels, ...(hasLevel && { [ROOT_NAME]: settings.level }) }
  const adapters = options?.adapters ?? loadConfig(ADAPTER_NAMES).adapters
  return {
    own,
    redact: settings.redact,
    fields: settings.fields,
    ...(adapters !== undefined && { adapters: settings.adapters }),
    stdio: stdioIds(),
  }
}

// Nobody numbers the applications of a collector, so the process id makes their sources unique. Under pm2, argv[1] is a
// script of pm2; it passes the application's script in `pm_exec_path`.
function sourceOf(env: NodeJS.ProcessEnv): string {
  const script = env.pm_exec_path || process.argv[1] || 'node'
  return `${basename(script, extname(script))}#${process.pid}`
}
