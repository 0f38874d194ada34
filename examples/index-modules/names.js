// Names: finds the names that a source file declares, and their lines. It does not use logshare; it logs with debug.

const debug = require('debug')('index:names')

const SOURCE = /\.[cm]?[jt]s$/
const DECLARATION =
  /^\s*(?:export |default |declare |abstract |async )*(?:class|const|enum|function\*?|interface|namespace|type)\s+([\w$]+)/

function findNames(path, text) {
  if (!SOURCE.test(path)) return []
  const names = []
  for (const [i, line] of text.split('\n').entries()) {
    const name = DECLARATION.exec(line)?.[1]
    if (name === undefined) continue
    names.push([name, i + 1])
    debug('%s:%d declares %s', path, i + 1, name)
  }
  return names
}

module.exports = { findNames }
