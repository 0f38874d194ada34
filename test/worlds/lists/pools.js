'use strict'
// Pools: libraries that start threads and processes.

/** @typedef {import('../world.js').World} World */

const TASK = `module.exports = (n) => {
  console.log('task', n)
  return n * 2
}
`

/** @type {readonly World[]} */
const POOLS = [
  {
    name: 'execa',
    files: {
      'main.mjs': `import { execa, execaSync, execaNode, $ } from 'execa'
const piped = await execa('node', ['child.js', 'a'])
console.log('piped', JSON.stringify(piped.stdout), piped.exitCode)
await execaNode('child.js', ['b'], { stdio: 'inherit' })
const failed = await execaNode({ reject: false })\`child.js fail\`
console.log('failed', failed.exitCode, failed.message)
console.log('sync', execaSync('node', ['child.js', 'c']).stdout)
const timed = await execaNode('child.js', ['stay'], { reject: false, timeout: 500 })
console.log('timed', timed.timedOut, timed.signal)
for await (const line of execaNode('child.js', ['d'])) console.log('line', line)
const talking = execaNode('child.js', ['talk'], { ipc: true })
console.log('message', await talking.getOneMessage())
await talking
console.log((await $({ node: true })\`child.js e\`.pipe\`cat\`).stdout)
`,
      'child.js': `const [what] = process.argv.slice(2)
console.log('child', what)
if (what === 'fail') process.exitCode = 4
if (what === 'stay') setInterval(() => {}, 1e3)
if (what === 'talk') process.send({ from: what })
`,
    },
    command: ['node', 'main.mjs'],
    logged: ['child b', 'piped', 'message'],
  },
  {
    name: 'zx',
    files: {
      'main.mjs': `#!/usr/bin/env zx
const { stdout } = await $\`node child.js a\`
console.log('read', stdout.trim())
await $({ stdio: 'inherit' })\`node child.js b\`
const failed = await $({ nothrow: true })\`node child.js fail\`
console.log('failed', failed.exitCode)
`,
      'child.js': `console.log('child', process.argv[2])\nif (process.argv[2] === 'fail') process.exitCode = 4\n`,
    },
    command: ['zx', '--verbose', 'main.mjs'],
    logged: ['child b', 'read', 'failed'],
  },
  {
    name: 'piscina',
    files: {
      'task.js': TASK,
      'main.js': `const { Piscina } = require('piscina')
const pool = new Piscina({ filename: require.resolve('./task.js'), maxThreads: 1 })
Promise.all([1, 2, 3].map((n) => pool.run(n))).then(async (all) => {
  console.log('sums', all)
  await pool.destroy()
})
`,
    },
    command: ['node', 'main.js'],
    logged: ['task 3', 'sums'],
  },
  {
    name: 'tinypool',
    files: {
      'task.mjs': 'export default (n) => {\n  console.log("task", n)\n  return n * 2\n}\n',
      'main.mjs': `import Tinypool from 'tinypool'
for (const runtime of ['worker_threads', 'child_process']) {
  const pool = new Tinypool({ filename: new URL('./task.mjs', import.meta.url).href, runtime, maxThreads: 1, minThreads: 1 })
  console.log(runtime, await Promise.all([1, 2, 3].map((n) => pool.run(n))))
  await pool.destroy()
}
`,
    },
    command: ['node', 'main.mjs'],
    logged: ['task 3', 'child_process'],
  },
  {
    name: 'workerpool',
    files: {
      'task.js': `const workerpool = require('workerpool')
workerpool.worker({ double: ${TASK.slice(17).trim()} })
`,
      'main.js': `const workerpool = require('workerpool')
main()
async function main() {
  for (const workerType of ['thread', 'process']) {
    const pool = workerpool.pool(require.resolve('./task.js'), { workerType, maxWorkers: 1 })
    console.log(workerType, await Promise.all([1, 2, 3].map((n) => pool.exec('double', [n]))))
    await pool.terminate()
  }
}
`,
    },
    command: ['node', 'main.js'],
    isMixed: true, // it does not wait for what its workers print
    logged: ['task 3', 'process'],
  },
  {
    name: 'BullMQ',
    packages: 'heavy',
    needsRedis: true,
    files: {
      'task.js': `module.exports = async (job) => {
  console.log('job', job.name)
  if (job.name === 'fails') throw new Error('no such job')
  return job.data.n * 2
}
`,
      'main.js': `const { Queue, QueueEvents, Worker } = require('bullmq')
const connection = { path: process.env.REDIS_SOCKET, maxRetriesPerRequest: null }
main()
async function main() {
  for (const useWorkerThreads of [true, false]) {
    const name = \`\${process.pid}-\${useWorkerThreads}\`
    const queue = new Queue(name, { connection })
    const events = new QueueEvents(name, { connection })
    await events.waitUntilReady()
    const worker = new Worker(name, require.resolve('./task.js'), { connection, useWorkerThreads })
    for (const job of ['doubles', 'fails']) {
      const added = await queue.add(job, { n: 21 })
      console.log(job, await added.waitUntilFinished(events).catch((error) => error.message))
    }
    for (const each of [worker, events, queue]) await each.close()
  }
}
`,
    },
    command: ['node', 'main.js'],
    logged: ['job doubles', 'job fails', 'doubles 42'],
  },
]

module.exports = { POOLS }
