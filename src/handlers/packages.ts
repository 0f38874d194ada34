// Packages: those that only one handler needs, and that the user installs for it.

import { createRequire } from 'node:module'
import { join } from 'node:path'
import { LogshareError } from '../core/errors.js'

/** Throws `LOGSHARE_ERR_HANDLER`, which says what to install, if one is not there. */
export function checkPackages(handler: string, names: readonly string[]): void {
  const missing = names.filter((name) => find(name) === undefined)
  if (missing.length === 0) return
  throw new LogshareError(
    'LOGSHARE_ERR_HANDLER',
    `${handler} handler: needs ${missing.join(' and ')}; npm install ${missing.join(' ')}`,
  )
}

/** Loads one, from beside us or from beside the application; of several names the last, each from beside the one before. */
export function loadPackage(name: string, ...within: readonly string[]): unknown {
  const first = find(name) ?? name
  return require(within.reduce((path, each) => createRequire(path).resolve(each), first))
}

/** Path of a package's or a module's file; undefined if there is none. */
export function find(name: string): string | undefined {
  for (const each of [require, createRequire(join(process.cwd(), 'package.json'))]) {
    try {
      return each.resolve(name)
    } catch {
      // Perhaps the next one finds it.
    }
  }
  return undefined
}
