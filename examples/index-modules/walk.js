// Walk: lists the regular files below a directory. It does not use logshare; it logs with debug.

const { readdirSync } = require('node:fs')
const { join } = require('node:path')
const debug = require('debug')('index:walk')

function walk(directory) {
  const entries = readdirSync(directory, { withFileTypes: true })
  debug('%d entries in %s', entries.length, directory)
  return entries.flatMap((entry) => {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) return walk(path)
    return entry.isFile() ? [path] : []
  })
}

module.exports = { walk }
