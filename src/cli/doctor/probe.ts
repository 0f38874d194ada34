// Probe: the program that `logshare doctor` runs: a small tree of every kind of child, each of which logs.

import { fork, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { process } from '../../core/originals.js'
import { logWithEach } from './libraries.js'

/** What the message of a record says before the kind of child. */
export const MARK = 'logshare doctor:'

/** Kinds of children in the order in which they are started. */
export const KINDS = [
  'root',
  'worker',
  'worker in a worker',
  'fork',
  'worker in a fork',
  'spawn',
  'spawnSync',
  'cluster',
] as const
type Kind = (typeof KINDS)[number]
type Cluster = typeof import('node:cluster').default

async function main(): Promise<void> {
  const kind = (isMainThread ? process.argv[2] : (workerData as Kind)) ?? 'root'
  const folder = process.cwd()
  console.log(`${MARK} ${kind}`)
  await logWithEach(folder, `${MARK} ${kind}`)
  if (kind === 'worker') await thread('worker in a worker')
  if (kind === 'fork') await thread('worker in a fork')
  if (kind === 'root') await startAll()
}

async function startAll(): Promise<void> {
  await thread('worker')
  await once(fork(__filename, ['fork']), 'exit')
  const stdio = 'inherit'
  await once(spawn(process.execPath, [__filename, 'spawn'], { stdio }), 'exit')
  spawnSync(process.execPath, [__filename, 'spawnSync'], { stdio })
  const cluster = require('node:cluster') as Cluster
  cluster.setupPrimary({ exec: __filename, args: ['cluster'] })
  const member = cluster.fork()
  member.on('online', () => member.disconnect())
  await once(member, 'exit')
}

function thread(kind: Kind): Promise<unknown> {
  return once(new Worker(__filename, { workerData: kind }), 'exit')
}

if (require.main === module || !isMainThread) void main()
