// The applications, and where what their workers tell has to be.

/**
 * @typedef {'log' | 'out'} Where
 *   `log`: captured where it is logged. `out`: printed by code without an adapter, or data that the application reads from a
 *   worker's stdout or stderr and prints itself: in the log it is printed text.
 *
 * @typedef {'-r' | 'NODE_OPTIONS' | 'npm start' | 'logshare run'} Way `npm start`: with NODE_OPTIONS
 *
 * @typedef {object} Lines that every line is compared, with the run without logshare and with the log
 * @property {string[]} [unseen] files that no adapter knows of
 *
 * @typedef {object} Spec
 * @property {string} name
 * @property {string} folder beneath test/fixtures/apps
 * @property {string} program in that folder, or in a package: `package/path`
 * @property {string[]} [args]
 * @property {number} tasks
 * @property {Record<string, Where>} libs
 * @property {RegExp} sources of its workers
 * @property {readonly Way[]} ways
 * @property {boolean} [relays] whether it is run with the relay, too
 * @property {Record<string, string>} [env]
 * @property {boolean} [redis] whether it needs one
 * @property {boolean} [restarts] whether its workers count from 1 again, with each file of tests
 * @property {string[]} [copied] libraries of which the log may have some, whatever was printed
 * @property {boolean} [prints] whether what it prints has to be the same
 * @property {Lines} [lines]
 * @property {'pm2' | 'peers'} [runner]
 */

const { FRAMEWORKS } = require('./frameworks.js')
const { PEERS } = require('./peers.js')

const THREADS = /^worker#\d+$/
const FORKS = /^fork#\d+$/
const CLUSTER = /^cluster#[12]$/
const DEBUG = { DEBUG: 'squares' }

/** @type {readonly Spec[]} */
const SPECS = [
  {
    name: 'piscina',
    folder: 'piscina',
    program: 'main.js',
    tasks: 200,
    libs: { console: 'log', pino: 'log' },
    sources: THREADS,
    ways: ['-r'],
    relays: true,
  },
  {
    name: 'tinypool threads',
    folder: 'tinypool',
    program: 'main.mjs',
    args: ['worker_threads'],
    tasks: 200,
    libs: { console: 'log', debug: 'log', log4js: 'log' },
    sources: THREADS,
    ways: ['-r'],
    relays: true,
  },
  {
    name: 'tinypool processes',
    folder: 'tinypool',
    program: 'main.mjs',
    args: ['child_process'],
    tasks: 200,
    libs: { console: 'out', debug: 'out', log4js: 'log' },
    sources: FORKS,
    ways: ['NODE_OPTIONS'],
  },
  {
    name: 'workerpool threads',
    folder: 'workerpool',
    program: 'main.js',
    args: ['thread'],
    tasks: 200,
    libs: { console: 'log', bunyan: 'log' },
    sources: THREADS,
    ways: ['NODE_OPTIONS'],
  },
  {
    name: 'workerpool processes',
    folder: 'workerpool',
    program: 'main.js',
    args: ['process'],
    tasks: 200,
    libs: { console: 'log', bunyan: 'log' },
    sources: FORKS,
    ways: ['-r'],
    relays: true,
  },
  {
    name: 'jest-worker threads',
    folder: 'jest-worker',
    program: 'main.js',
    args: ['threads'],
    tasks: 200,
    libs: { console: 'out', pino: 'log' },
    sources: THREADS,
    ways: ['-r'],
  },
  {
    name: 'jest-worker processes',
    folder: 'jest-worker',
    program: 'main.js',
    args: ['processes'],
    tasks: 200,
    libs: { console: 'out', pino: 'log' },
    sources: FORKS,
    ways: ['NODE_OPTIONS'],
    relays: true,
  },
  {
    name: 'synckit',
    folder: 'synckit',
    program: 'main.js',
    tasks: 200,
    // A worker's text is sent to the main thread by messages and printed there.
    libs: { console: 'out', debug: 'out' },
    sources: THREADS,
    ways: ['-r'],
    relays: true,
    env: DEBUG,
  },
  {
    name: 'bree',
    folder: 'bree',
    program: 'main.js',
    tasks: 200,
    libs: { console: 'log', winston: 'log' },
    sources: THREADS,
    ways: ['-r'],
    relays: true,
  },
  {
    name: 'fastify',
    folder: 'fastify',
    program: 'main.js',
    tasks: 200,
    libs: { console: 'log', pino: 'log' },
    sources: CLUSTER,
    ways: ['NODE_OPTIONS'],
    relays: true,
  },
  {
    name: 'express',
    folder: 'express',
    program: 'main.js',
    tasks: 200,
    libs: { console: 'log', debug: 'log', winston: 'log' },
    sources: CLUSTER,
    ways: ['-r'],
    relays: true,
    env: DEBUG,
  },
  {
    name: 'bullmq threads',
    folder: 'bullmq',
    program: 'main.js',
    args: ['threads'],
    tasks: 200,
    libs: { console: 'out', winston: 'log' },
    sources: THREADS,
    ways: ['-r'],
    redis: true,
  },
  {
    name: 'bullmq processes',
    folder: 'bullmq',
    program: 'main.js',
    args: ['processes'],
    tasks: 200,
    libs: { console: 'out', winston: 'log' },
    sources: FORKS,
    ways: ['NODE_OPTIONS'],
    relays: true,
    redis: true,
  },
  {
    name: 'mocha --parallel',
    folder: 'mocha',
    program: 'mocha/bin/mocha.js',
    args: ['--parallel', '--jobs', '2', '*.spec.js'],
    tasks: 40,
    libs: { console: 'log', debug: 'log', winston: 'log' },
    sources: FORKS,
    ways: ['NODE_OPTIONS'],
    env: DEBUG,
    prints: true,
  },
  {
    name: 'jest',
    folder: 'jest',
    program: 'jest/bin/jest.js',
    args: ['--workers=2', '--config={"cacheDirectory":"jest-cache"}'],
    tasks: 20,
    libs: { console: 'out', pino: 'out' },
    // Jest loads it by itself, in its own process where tests are few and fast: there it is seen, and copied.
    copied: ['pino'],
    sources: FORKS,
    ways: ['-r'],
    prints: true,
    restarts: true,
  },
  {
    name: 'pm2',
    folder: 'pm2',
    program: 'ecosystem.config.js',
    tasks: 100,
    libs: { console: 'log', pino: 'log' },
    sources: /^(worker|fork)#1$/,
    ways: ['-r'],
    runner: 'pm2',
  },
  ...FRAMEWORKS,
  ...PEERS,
]

module.exports = { SPECS }
