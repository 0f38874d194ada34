// Search: the configuration file that counts for the main script, the nearest one from its folder upward.

import { statSync } from 'node:fs'
import { notice } from '../core/notice.js'
import { currentUser } from '../core/trust.js'
import { CONFIG_FILES, lastFolder } from './nearby.js'

export interface FoundConfig {
  readonly path: string
  readonly text: string
  /** Whether the options are the member `logshare` of the file, which is a package.json. */
  readonly isMember: boolean
}

/** `start`: where the search begins (`nearbyFolder`). Never throws. */
export function findConfig(start: string): FoundConfig | undefined {
  const found = search(start)
  if (!found) return undefined
  const owner = foreignOwner(found.path, start)
  if (owner === undefined) return found
  const reason = `${found.path} is not used: it belongs to user ${owner}`
  notice('LOGSHARE_WARN_FAILED_OPEN', reason, 'configuration')
  return undefined
}

// Only finds the file, which has to be checked before it is run.
function search(start: string): FoundConfig | undefined {
  const keep = (path: string, text: string): FoundConfig => ({ path, text, isMember: false })
  const member = (path: string, text: string): object => {
    const hasOptions = Object.hasOwn(parseOrEmpty(text), 'logshare')
    return hasOptions ? { logshare: { path, text, isMember: true } } : {}
  }
  const byExtension = (path: string, text: string): object =>
    path.endsWith('package.json') ? member(path, text) : keep(path, text)
  const loaders = {
    '.json': byExtension,
    '.jsonc': keep,
    '.js': keep,
    '.cjs': keep,
    '.mjs': keep,
    '.ts': keep,
  }
  const searchPlaces = [...CONFIG_FILES, 'package.json']
  const { lilconfigSync } = require('../vendor/config.js') as typeof import('lilconfig')
  const searcher = lilconfigSync('logshare', {
    searchPlaces,
    loaders,
    stopDir: lastFolder(start),
    ignoreEmptySearchPlaces: false,
  })
  try {
    const result = searcher.search(start)
    if (!result) return undefined
    return result.isEmpty ? keep(result.filepath, '') : (result.config as FoundConfig)
  } catch {
    return undefined // a folder or file that cannot be read
  }
}

function parseOrEmpty(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

// What another user has put into a folder above the script must not be run. Whoever owns the script decides anyway.
function foreignOwner(path: string, start: string): number | undefined {
  const { uid } = statSync(path)
  const isTrusted = [currentUser() ?? uid, 0, statSync(start).uid].includes(uid)
  return isTrusted ? undefined : uid
}
