// Alias: packages that are installed under another name (`mywin@npm:winston`), known by the name in their package.json.

import { readFileSync } from 'node:fs'

/** Files that adapters hook, of packages in whatever folder. No others are looked at. */
const HOOKED =
  /^(.*[\\/]node_modules[\\/])((?:@[^\\/]+[\\/])?[^\\/]+)([\\/](?:lib[\\/](?:bunyan|log4js|loglevel|winston|winston[\\/]transports[\\/]file)|src[\\/]index|signale|dist[\\/](?:core|(?:cjs|esm)[\\/]index)|(?:cjs|esm)[\\/](?:BaseLogger|index\.node))\.[cm]?js)$/
const NAMES = new Set([
  'bunyan',
  'consola',
  'debug',
  'log4js',
  'loglevel',
  'rotating-file-stream',
  'signale',
  'tslog',
  'winston',
])

/** Folders that have been looked at, with the package's name where it is one of these and the folder has another. */
const known = new Map<string, string | undefined>()
const aliased: (readonly [folder: string, named: string])[] = []

/** The file's path as if its package were in a folder of its own name. */
export function withName(path: string): string {
  const [, modules = '', folder = '', file = ''] = HOOKED.exec(path) ?? []
  if (folder === '' || NAMES.has(folder)) return path
  const place = modules + folder
  if (!known.has(place)) learn(place, modules)
  const named = known.get(place)
  return named === undefined ? path : named + file
}

/** Like `withName`, for any file of a package that has been met. */
export function withKnownName(path: string): string {
  for (const [folder, named] of aliased)
    if (path.startsWith(folder)) return named + path.slice(folder.length)
  return path
}

function learn(place: string, modules: string): void {
  const name = nameIn(place)
  const named = NAMES.has(name) ? modules + name : undefined
  known.set(place, named)
  if (named !== undefined) aliased.push([place, named])
}

function nameIn(folder: string): string {
  try {
    const { name } = JSON.parse(
      readFileSync(`${folder.replace(/^file:\/\//, '')}/package.json`, 'utf8'),
    ) as { name?: unknown }
    return String(name)
  } catch {
    return ''
  }
}
