// Callers: the files of the application that call a library, which tell apart loggers without a name or of the same name.
//
// pino and bunyan use `callersOf`, which lists all files beyond the library. tslog and consola use `placeOf`, which
// gives only the nearest one and treats a call by Node as a call by the library itself. winston needs the line, too:
// callsite.ts.

import { dirname, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withKnownName } from '../hook/alias.js'
import { OWN_DIRECTORY } from './callsite.js'

const MAX_CALLERS_FRAMES = 30
const MAX_PLACE_FRAMES = 16
const OWN = OWN_DIRECTORY + sep

/**
 * The files on the current stack, nearest first and each once, without those of Node, of logshare and of the library.
 * `library` is the path of a file in the library's directory.
 */
export function callersOf(library: string): readonly string[] {
  const { stackTraceLimit } = Error
  const prepare = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')
  let sites: readonly NodeJS.CallSite[] = []
  try {
    Error.stackTraceLimit = MAX_CALLERS_FRAMES
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

type Sites = readonly { getFileName(): string | null | undefined }[]

/**
 * The nearest file on the current stack that is neither of logshare nor matched by `library`. Empty if that is a file of
 * Node: then the library created the logger itself while it was loaded.
 */
export function placeOf(library: RegExp): string {
  const { prepareStackTrace, stackTraceLimit } = Error
  try {
    Error.stackTraceLimit = MAX_PLACE_FRAMES
    Error.prepareStackTrace = (_error, sites) => sites
    const sites = new Error().stack as unknown as Sites
    for (const site of sites) {
      const file = site.getFileName()
      if (!file || file.startsWith(OWN_DIRECTORY) || library.test(withKnownName(file))) continue
      return file.startsWith('node:') ? '' : file.replace(/^file:\/\//, '')
    }
  } catch {
    // `Error` is frozen: no place.
  } finally {
    Error.prepareStackTrace = prepareStackTrace
    Error.stackTraceLimit = stackTraceLimit
  }
  return ''
}

/** Returns a function that numbers the loggers created in each file: `file#1`, `file#2`, … (pino, bunyan). */
export function createPlaces(): (file: string | undefined) => string {
  const counts = new Map<string, number>()
  return (file = '') => {
    const count = (counts.get(file) ?? 0) + 1
    counts.set(file, count)
    return `${file}#${count}`
  }
}
