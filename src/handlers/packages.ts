// Packages: finds and loads optional peer dependencies, which users install for one handler.

import { createRequire } from 'node:module'
import { join } from 'node:path'
import { LogshareError } from '../core/errors.js'
import { loadOptional } from '../core/load.js'
import { process } from '../core/originals.js'

/** Throws `LOGSHARE_ERR_HANDLER` with the install command if a package is missing. */
export function checkPackages(handler: string, names: readonly string[]): void {
  const missing = names.filter((name) => find(name) === undefined)
  if (missing.length === 0) return
  throw new LogshareError(
    'LOGSHARE_ERR_HANDLER',
    `${handler} handler: needs ${missing.join(' and ')}; npm install ${missing.join(' ')}`,
  )
}

/** Loads the package that an option or a function needs. Throws `LOGSHARE_ERR_OPTION` if it is missing. */
export function loadPeer(what: string, name: string): unknown {
  if (find(name) !== undefined) return loadPackage(name)
  throw new LogshareError('LOGSHARE_ERR_OPTION', `${what}: needs ${name}; npm install ${name}`)
}

/**
 * Loads a package that is installed next to logshare or in the application. With more names each is resolved from the
 * package before it, and the last is loaded: a copy nested in another package's dependencies.
 */
export function loadPackage(name: string, ...within: readonly string[]): unknown {
  const first = find(name) ?? name
  return loadOptional(within.reduce((path, each) => createRequire(path).resolve(each), first))
}

/** The file that a package or module name resolves to; undefined if there is none. */
export function find(name: string): string | undefined {
  for (const each of [
    createRequire(__filename),
    createRequire(join(process.cwd(), 'package.json')),
  ]) {
    try {
      return each.resolve(name)
    } catch {
      // Try the next base.
    }
  }
  return undefined
}
