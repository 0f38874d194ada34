// Caller: where in the application a logger is made, which tells apart those that have no name.

import { dirname, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ADAPTERS } from './callsite.js'

const MAX_DEPTH = 30
const OWN = ADAPTERS + sep

/** Files of the calls that led here, nearest first, without Node's, ours and those of the library. */
export function callersOf(library: string): readonly string[] {
  const { stackTraceLimit } = Error
  const prepare = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')
  let sites: readonly NodeJS.CallSite[] = []
  try {
    Error.stackTraceLimit = MAX_DEPTH
    Error.prepareStackTrace = (_error, callSites) => {
      sites = callSites
      return ''
    }
    String(new Error('where').stack)
  } finally {
    if (prepare) Object.defineProperty(Error, 'prepareStackTrace', prepare)
    else Reflect.deleteProperty(Error, 'prepareStackTrace')
    Error.stackTraceLimit = stackTraceLimit
  }
  const skipped = dirname(library) + sep
  const files = sites.map((site) => pathOf(site.getFileName() ?? ''))
  const found = files.filter(
    (file) =>
      file !== '' &&
      !file.startsWith('node:') &&
      !file.startsWith(OWN) &&
      !file.startsWith(skipped),
  )
  return [...new Set(found)]
}

function pathOf(name: string): string {
  try {
    return name.startsWith('file:') ? fileURLToPath(name) : name
  } catch {
    return name
  }
}

/** Numbers the loggers made in each file: `file#1`, `file#2`, … */
export function createPlaces(): (file: string | undefined) => string {
  const counts = new Map<string, number>()
  return (file = '') => {
    const count = (counts.get(file) ?? 0) + 1
    counts.set(file, count)
    return `${file}#${count}`
  }
}
