// Settings: what `logshare doctor` finds about the configuration and its handlers.

import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ADAPTER_NAMES } from '../../adapters/table.js'
import { loadSettings } from '../../config/config.js'
import type { FileHandlerOptions } from '../../config/handlers.js'
import type { Settings } from '../../config/options.js'
import { readConfig } from '../../config/read.js'
import { reasonOf } from '../../core/notice.js'
import { checkHandler } from '../../handlers/create.js'
import type { Finding } from './finding.js'

const area = 'configuration'
/** Where Debian, Red Hat and others have the configurations of logrotate. */
const LOGROTATE = '/etc/logrotate.d'

export interface Checked {
  readonly findings: readonly Finding[]
  /** Undefined if they are wrong. */
  readonly settings?: Settings
}

export function checkSettings(env: NodeJS.ProcessEnv): Checked {
  try {
    const source = readConfig(env)
    const settings = loadSettings(undefined, ADAPTER_NAMES, env)
    const found: Finding = source
      ? { area, state: 'ok', what: `${source.origin}, ${source.reason}` }
      : {
          area,
          state: 'note',
          what: 'there is none: programs print as without logshare, and no handler gets records',
          remedy: 'logshare.config.json beside the main script, or LOGSHARE_CONFIG',
        }
    const level: Finding = { area, state: 'ok', what: `level ${settings.level}` }
    return { findings: [found, level, ...settings.handlers.map(checkOne)], settings }
  } catch (error) {
    return { findings: [{ area, state: 'wrong', what: reasonOf(error) }] }
  }
}

function checkOne(options: Settings['handlers'][number]): Finding {
  const name = options.type === 'file' ? `file ${options.path}` : options.type
  try {
    checkHandler(options)
    return options.type === 'file'
      ? checkFile(options)
      : { area: 'handlers', state: 'ok', what: name }
  } catch (error) {
    return { area: 'handlers', state: 'wrong', what: `${name}: ${reasonOf(error)}` }
  }
}

// Opens nothing: the file may be another application's.
function checkFile({ path, rotate, reopen }: FileHandlerOptions): Finding {
  const what = `file ${path}`
  const existing = nearestOf(path)
  try {
    accessSync(existing, constants.W_OK)
    if (existing !== path) readdirSync(existing) // throws for what is no folder
  } catch (error) {
    return { area: 'handlers', state: 'wrong', what: `${what}: ${reasonOf(error)}` }
  }
  const rotator = rotatorOf(path)
  if (!rotator) return { area: 'handlers', state: 'ok', what: rotate ? `${what}, rotated` : what }
  const isBoth = rotate !== undefined
  const isTold = reopen !== undefined || /logshare reopen|copytruncate/.test(rotator.text)
  if (!isBoth && isTold)
    return { area: 'handlers', state: 'ok', what: `${what}, rotated by ${rotator.file}` }
  const remedy = isBoth ? 'one of both is enough' : 'add `logshare reopen` to its postrotate script'
  return {
    area: 'handlers',
    state: 'wrong',
    what: `${what}: ${rotator.file} rotates it, too`,
    remedy,
  }
}

function nearestOf(path: string): string {
  return existsSync(path) || path === dirname(path) ? path : nearestOf(dirname(path))
}

function rotatorOf(path: string): { readonly file: string; readonly text: string } | undefined {
  try {
    for (const name of readdirSync(LOGROTATE)) {
      const file = join(LOGROTATE, name)
      const text = readFileSync(file, 'utf8')
      if (text.includes(path)) return { file, text }
    }
  } catch {
    // There is no logrotate, or this user may not read its configuration.
  }
  return undefined
}
