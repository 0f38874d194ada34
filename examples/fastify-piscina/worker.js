// The worker: hashes texts in a thread of the pool.

const { createHash } = require('node:crypto')
const log = require('pino')({ name: 'hash' })

module.exports = (text) => {
  log.info({ text }, 'hashing')
  if (text.length < 3) console.warn('a short text: %s', text)
  return createHash('sha256').update(text).digest('hex')
}
