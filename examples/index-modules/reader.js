// Reader: the task of the pool's worker threads, which reads one file and returns its names and imports.

const { createHash } = require('node:crypto')
const { readFile } = require('node:fs/promises')
const { getLogger } = require('logshare')
const { findImports } = require('./imports')
const { findNames } = require('./names')

const log = getLogger('index.reader')

module.exports = async function read(path) {
  const start = performance.now()
  try {
    const content = await readFile(path)
    const text = content.toString('latin1')
    const sha256 = createHash('sha256').update(content).digest('hex')
    const lines = text.split('\n').length - 1
    if (path.endsWith('package.json')) checkPackage(path, text)
    const entry = { path, bytes: content.length, lines, sha256 }
    const names = findNames(path, text)
    const imports = findImports(path, text)
    const ms = performance.now() - start
    log.debug({ ...entry, ms }, 'indexed')
    return { ...entry, names, ...imports, ms }
  } catch (error) {
    log.error({ path, err: error }, 'not indexed')
    return undefined
  }
}

function checkPackage(path, text) {
  const { name, version } = JSON.parse(text)
  if (!name || !version) log.warn({ path }, 'a package without a name or version')
}
