'use strict'
// Family: a program that prints in its main thread, in a thread and in a process, one after the other.

const CHILDREN = `
  new Worker(FILE).on('exit', () => {
    fork(FILE, ['process']).on('exit', (code) => console.log('main: the process ended with', code))
  })`

const FAMILY = `const { Worker, isMainThread } = require('node:worker_threads')
const { fork } = require('node:child_process')

if (!isMainThread) console.log('thread: here')
else if (process.argv[2] === 'process') {
  console.log('process: here')
  console.error('process: an error')
  process.exitCode = 3
} else {
  console.log('main: here', process.execArgv, process.argv.length)
${CHILDREN.replaceAll('FILE', '__filename')}
}
`

/** The same in TypeScript, whose thread is not of a file: not every tool reads TypeScript in threads. */
const TYPED = `import { fork } from 'node:child_process'
import { Worker } from 'node:worker_threads'

interface Place { name: string }
const place: Place = { name: process.argv[2] ?? 'main' }
console.log(\`\${place.name}: here\`)
if (place.name === 'main') {
${CHILDREN.replace('FILE', `"console.log('thread: here')", { eval: true }`).replace('FILE', '__filename')}
}
`

const LOGGED = ['main: here', 'thread: here', 'process: here', 'main: the process ended with']

module.exports = { FAMILY, LOGGED, TYPED }
