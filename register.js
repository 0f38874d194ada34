'use strict'
// The preload's door: `node -r logshare/register`. Whatever fails behind it, the program runs as it would without us;
// only a root's wrong options end it, because they are the user's to mend.

try {
  const { register } = require('./dist/register.js')
  register(module.parent?.id === 'internal/preload')
} catch (error) {
  const { writeSync } = require('node:fs')
  const isOptions = error?.name === 'LogshareError'
  const what = isOptions ? error.message : `not in place: ${error?.stack}`
  try {
    writeSync(2, `logshare: ${what} (${error?.code ?? 'LOGSHARE_WARN_FAILED_OPEN'})\n`)
  } catch {}
  if (isOptions) process.exit(1)
}
