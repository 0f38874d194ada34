'use strict'
// Launchers: package managers, supervisors and watchers, with a program that has a thread and a process.

const { writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { setTimeout: delay } = require('node:timers/promises')
const { FAMILY, LOGGED } = require('./family.js')

/** @typedef {import('../world.js').World} World */

/** Milliseconds until a file is changed again. */
const PATIENCE = 5000

const manifest = (more = {}) =>
  JSON.stringify({
    name: 'shop',
    version: '1.0.0',
    private: true,
    scripts: {
      prestart: 'node -e "console.log(\'before\')"',
      start: 'node main.js && node last.js',
      fails: 'node last.js && node fails.js && node last.js',
    },
    ...more,
  })

const FILES = {
  'package.json': manifest(),
  'main.js': FAMILY,
  'last.js': "console.log('last: here')\n",
  'fails.js': "console.error('fails: here')\nprocess.exitCode = 5\n",
}
const ALL = [...LOGGED, 'last: here']

/** A program that says when its file is other than before. @param {number} state */
const watched = (state) => `console.log('state ${state}: here')\nsetInterval(() => {}, 1e3)\n`

/** @param {import('../world.js').Running} running */
async function changeOnce({ cwd, logged, printed, stop }) {
  await printed(/state 1: here/)
  await logged(/state 1: here/)
  // Nothing says when node has begun to watch a file that it has run: a change before that is not seen.
  const seen = printed(/state 2: here/).then(() => true)
  do writeFileSync(join(cwd, 'watched.js'), watched(2))
  while (!(await Promise.race([seen, delay(PATIENCE, false, { ref: false })])))
  await logged(/state 2: here/)
  stop('SIGINT')
}

/** @param {import('../world.js').Running} running */
async function changeWatched(running) {
  await running.printed(/watching [\d,]+ files?/)
  await changeOnce(running)
}

const YARN_PNP = `node $PACKAGES/@yarnpkg/cli-dist/bin/yarn.js`

/** @type {readonly World[]} */
const LAUNCHERS = [
  { name: 'npm run with &&', files: FILES, command: ['npm', 'run', 'start'], logged: ALL },
  {
    name: 'npm run that fails',
    files: FILES,
    command: ['npm', 'run', 'fails'],
    logged: ['fails: here'],
  },
  {
    name: 'npm test in a workspace',
    files: {
      'package.json': manifest({ workspaces: ['one'] }),
      'one/package.json': JSON.stringify({
        name: 'one',
        version: '1.0.0',
        scripts: { test: 'node main.js' },
      }),
      'one/main.js': FAMILY,
    },
    command: ['npm', 'test', '-w', 'one'],
    logged: LOGGED,
  },
  { name: 'pnpm run', files: FILES, command: ['pnpm', 'run', 'start'], logged: ALL },
  {
    name: 'pnpm run that fails',
    files: FILES,
    command: ['pnpm', 'run', 'fails'],
    logged: ['fails: here'],
  },
  {
    name: 'yarn classic',
    files: FILES,
    command: ['sh', '-c', 'node $PACKAGES/yarn/bin/yarn.js run start'],
    logged: ALL,
  },
  {
    name: 'yarn PnP',
    files: {
      ...FILES,
      'package.json': manifest({
        workspaces: ['greeter'],
        dependencies: { greeter: 'workspace:*' },
        scripts: { start: 'node main.js && node greets.js' },
      }),
      'greets.js': "require('greeter').greet()\n",
      'greeter/package.json': JSON.stringify({
        name: 'greeter',
        version: '1.0.0',
        main: 'index.js',
      }),
      'greeter/index.js': "exports.greet = () => console.log('greeter: here')\n",
      '.yarnrc.yml': 'nodeLinker: pnp\nenableTelemetry: false\nenableGlobalCache: false\n',
      'yarn.lock': '',
    },
    masks: [[/(Completed) in .*$/gm, '$1']],
    command: ['sh', '-c', `${YARN_PNP} install && ${YARN_PNP} run start`],
    ignored: /^\.yarn\//,
    logged: [...LOGGED, 'greeter: here'],
  },
  {
    name: 'nodemon',
    files: { 'watched.js': watched(1) },
    command: ['nodemon', '--verbose', 'watched.js'],
    isMixed: true, // nodemon and the application print at the same time
    masks: [[/SIGHUP to \d+/, 'SIGHUP']],
    drive: changeWatched,
    logged: ['state 1: here', 'state 2: here'],
  },
  {
    name: 'node --watch',
    files: { 'watched.js': watched(1) },
    command: ['node', '--watch', '--watch-preserve-output', 'watched.js'],
    drive: changeOnce,
    logged: ['state 1: here', 'state 2: here'],
  },
  { name: 'node --run', since: 22, files: FILES, command: ['node', '--run', 'start'], logged: ALL },
  {
    name: 'pm2',
    packages: 'heavy',
    files: {
      'main.js': `${FAMILY}\nif (process.argv[2] !== 'process' && isMainThread) setInterval(() => {}, 1e3)\n`,
      'ecosystem.config.js': `module.exports = { apps: ['fork', 'cluster'].map((mode) => ({
      name: mode, script: 'main.js', exec_mode: mode, instances: 1, out_file: \`\${mode}-out.txt\`, error_file: \`\${mode}-error.txt\`, merge_logs: true })) }\n`,
      'run.sh': `pm2 start ecosystem.config.js --silent
for mode in fork cluster; do until grep -q 'process ended' $mode-out.txt; do sleep 0.1; done; done
daemon=$(cat $HOME/.pm2/pm2.pid)
pm2 kill --silent
while kill -0 $daemon 2>/dev/null; do sleep 0.1; done
`,
    },
    command: ['sh', 'run.sh'],
    isMixed: true,
    // Not in the log: what the applications print goes to files of pm2, which are not the root's output.
  },
]

module.exports = { LAUNCHERS }
