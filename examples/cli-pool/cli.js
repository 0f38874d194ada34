#!/usr/bin/env node

// The command line: counts words of files in a pool of processes. Standard output is the result and nothing else.

require('logshare').install({
  levels: { words: 'debug' },
  handlers: [{ type: 'file', path: process.env.WORDS_LOG ?? 'words.log' }],
})
const { join } = require('node:path')
const workerpool = require('workerpool')
const log = require('logshare').getLogger('words')

async function main() {
  const files = process.argv.slice(2)
  const pool = workerpool.pool(join(__dirname, 'worker.js'), {
    workerType: 'process',
    maxWorkers: 2,
  })
  log.info({ files }, 'counting')
  const counts = await Promise.all(files.map((file) => pool.exec('count', [file])))
  for (const [index, file] of files.entries()) console.log(`${counts[index]}\t${file}`)
  await pool.terminate()
}

main()
