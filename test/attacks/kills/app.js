'use strict'
// An application that is killed: a root with a thread, and two processes with a thread each. All log without an end, and write
// a byte per log call that has returned: node app.js FOLDER.

const { fork } = require('node:child_process')
const { openSync, writeSync } = require('node:fs')
const { join } = require('node:path')
const { Worker, isMainThread, threadId } = require('node:worker_threads')
const { getLogger } = require('logshare')

const [folder = '', kind = 'root'] = process.argv.slice(2)
const TEXT = 'a record like many others '.repeat(4)

if (isMainThread) new Worker(__filename, { argv: [folder, 'thread'] })
if (kind === 'root') {
  for (let i = 0; i < 2; i++) fork(__filename, [folder, 'process'])
}

const log = getLogger('kills')
const returned = openSync(join(folder, 'returned', `${process.pid}-${threadId}`), 'w')
let i = 0

function burst() {
  for (let n = 0; n < 20; n++) {
    log.info({ i: ++i }, TEXT)
    writeSync(returned, '.')
  }
  setTimeout(burst, 2)
}
burst()
