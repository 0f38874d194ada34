'use strict'
// The preload's door: `node -r logshare/register`. Whatever fails behind it, the program runs as it would without us;
// only a root's wrong options end it, because they are the user's to mend.

try {
  const { register } = require('./dist/register.js')
  register(module.parent?.id === 'internal/preload')
} catch (error) {
  const { writeSync } = require('node:fs')
  const isOptions = error?.name === 'LogshareError'
  // One line: the error, and before it the place where its stack names that alone, as a syntax error's does.
  const [where, first] = [error?.stack, error].map((text) => String(text).split('\n')[0])
  const what = isOptions
    ? error.message
    : `not in place: ${where === first ? first : `${where}: ${first}`}`
  try {
    writeSync(2, `logshare: ${what} (${error?.code ?? 'LOGSHARE_WARN_FAILED_OPEN'})\n`)
  } catch {}
  if (isOptions) process.exit(1)
}
