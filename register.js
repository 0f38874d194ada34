'use strict'
// Preload: the file behind `node -r logshare/register`. If logshare fails to start, the program runs without it. Only
// wrong options of the root end the process, because the user has to correct them.

try {
  const { register } = require('./dist/preload.js')
  register(module.parent?.id === 'internal/preload')
} catch (error) {
  const { writeSync } = require('node:fs')
  const isOptions = error?.name === 'LogshareError'
  // One line: the error, preceded by the first line of its stack if that differs. For a syntax error, that line is the
  // file and line number.
  const [where, first] = [error?.stack, error].map((text) => String(text).split('\n')[0])
  const what = isOptions
    ? error.message
    : `failed to start: ${where === first ? first : `${where}: ${first}`}`
  try {
    writeSync(2, `logshare: ${what} (${error?.code ?? 'LOGSHARE_WARN_FAILED_OPEN'})\n`)
  } catch {}
  if (isOptions) process.exit(1)
}
