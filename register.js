'use strict'
// Preload: the file behind `node -r logshare/register`. If logshare fails to start, the program runs without it. Only
// wrong options of the root end the process, because the user has to correct them.
//
// Children inherit it, whatever Node they are: it has to parse on Node 6, and does nothing on one that is too old for
// dist/, nor on a runtime that only resembles Node.

const versions = process.versions
const OLDEST = 20

if (parseInt(versions.node, 10) >= OLDEST && !versions.bun && !versions.deno) {
  try {
    require('./dist/preload.js').register(isPreloading())
  } catch (error) {
    fail(error)
  }
}

// Whether a flag loads this file, so that Workers load it, too. Node says so in `module.parent`, which is deprecated. The
// names of the functions are looked at, because V8 parses all of Node's code on the stack again for their lines: 1 ms.
function isPreloading() {
  const limit = Error.stackTraceLimit
  const prepare = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')
  try {
    Error.stackTraceLimit = 50
    const value = (_, sites) =>
      sites.some((site) => site.getFunctionName() === 'loadPreloadModules')
    Object.defineProperty(Error, 'prepareStackTrace', { configurable: true, writable: true, value })
    return new Error().stack === true
  } catch (_) {
    return false
  } finally {
    Error.stackTraceLimit = limit
    if (prepare) Object.defineProperty(Error, 'prepareStackTrace', prepare)
    else delete Error.prepareStackTrace
  }
}

function fail(error) {
  // What this thread may not read, the process has said already.
  const isMainThread = require('node:worker_threads').isMainThread
  if (!isMainThread && Object(error).code === 'ERR_ACCESS_DENIED') return
  const isOptions = Object(error).name === 'LogshareError'
  try {
    // One line: the error, preceded by the first line of its stack if that differs. For a syntax error, that line is the
    // file and line number.
    const where = firstLine(Object(error).stack)
    const first = firstLine(error)
    const reason = where === first ? first : `${where}: ${first}`
    const what = isOptions ? error.message : `failed to start: ${reason}`
    const code = Object(error).code || 'LOGSHARE_WARN_FAILED_OPEN'
    // biome-ignore lint/style/useNodejsImportProtocol: Node 12 does not know it
    require('fs').writeSync(2, `logshare: ${what} (${code})\n`)
  } catch (_) {
    // stderr is closed or full.
  }
  if (isOptions) process.exit(1)
}

function firstLine(value) {
  return String(value).split('\n')[0]
}
