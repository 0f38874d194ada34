// Frameworks: applications of which every line is compared, in each of the ways in which users start them.

/** @typedef {import('./specs.js').Spec} Spec */

/** @type {readonly import('./specs.js').Way[]} */
const WAYS = ['-r', 'npm start', 'logshare run']
/** Beneath npm, if that is the first process. */
const CLUSTER = /^(spawn#1\/)?cluster#[12](\/worker#1)?$/
/** Their standard output is the runner's data, which prints it. */
const TESTS = /** @type {const} */ ({
  tasks: 60,
  libs: { console: 'out', pino: 'out', winston: 'log' },
  sources: /^(spawn#1\/)?spawn#[12](\/worker#1)?$/,
  lines: {},
})

/** @type {readonly Spec[]} */
const FRAMEWORKS = [
  {
    name: 'nest, its logger',
    folder: 'nest',
    program: 'main.mjs',
    args: ['text'],
    tasks: 60,
    libs: { console: 'log', pino: 'log', nest: 'out' },
    sources: CLUSTER,
    ways: WAYS,
    lines: {},
  },
  {
    name: 'nest, JSON',
    folder: 'nest',
    program: 'main.mjs',
    args: ['json'],
    tasks: 60,
    libs: { console: 'log', pino: 'log', nest: 'out' },
    sources: CLUSTER,
    ways: WAYS,
    lines: {},
  },
  {
    name: 'nest, a custom logger',
    folder: 'nest',
    program: 'main.mjs',
    args: ['custom'],
    tasks: 60,
    libs: { console: 'log', pino: 'log', winston: 'log' },
    sources: CLUSTER,
    ways: WAYS,
    lines: {},
  },
  {
    name: 'express with morgan',
    folder: 'morgan',
    program: 'main.js',
    tasks: 60,
    libs: { console: 'log', winston: 'log' },
    sources: CLUSTER,
    ways: WAYS,
    lines: { unseen: ['access.log'] },
  },
  {
    name: 'koa with koa-logger and koa-pino-logger',
    folder: 'koa',
    program: 'main.js',
    tasks: 60,
    libs: { console: 'log', pino: 'log' },
    sources: CLUSTER,
    ways: WAYS,
    lines: {},
  },
  {
    name: 'hono',
    folder: 'hono',
    program: 'main.mjs',
    tasks: 60,
    libs: { console: 'log', pino: 'log' },
    sources: CLUSTER,
    ways: WAYS,
    lines: {},
  },
  {
    name: 'adonis',
    folder: 'adonis',
    program: 'main.js',
    tasks: 60,
    libs: { console: 'log', pino: 'log' },
    sources: CLUSTER,
    ways: WAYS,
    lines: {},
  },
  {
    name: 'gulp',
    folder: 'gulp',
    program: 'gulp/bin/gulp.js',
    args: ['build'],
    tasks: 60,
    libs: { console: 'log', fancy: 'out' },
    sources: /^(spawn#1\/)?(fork|worker)#1$/,
    ways: WAYS,
    lines: {},
  },
  ...['spec', 'tap'].map(
    (reporter) =>
      /** @type {Spec} */ ({
        name: `node --test, ${reporter}`,
        folder: 'node-test',
        program: '--test',
        args: [`--test-reporter=${reporter}`],
        ...TESTS,
        ways: ['-r', 'npm start'],
      }),
  ),
  {
    name: 'node:test, run()',
    folder: 'node-test',
    program: 'run.mjs',
    ...TESTS,
    ways: ['logshare run'],
  },
]

module.exports = { FRAMEWORKS }
