'use strict'
// Builders: compilers and bundlers.

const { FAMILY, LOGGED, TYPED } = require('./family.js')

/** @typedef {import('../world.js').World} World */

const TSCONFIG = JSON.stringify({
  compilerOptions: {
    module: 'node16',
    target: 'es2022',
    strict: true,
    outDir: 'out',
    declaration: true,
    types: [],
  },
  include: ['*.ts'],
})
const TYPES = 'export const add = (a: number, b: number): number => a + b\n'

/** A page that is made for each request. */
const NEXT = {
  'package.json': '{"name":"shop","private":true}',
  'next.config.js': `const { join } = require('node:path')
module.exports = { turbopack: { root: join(__dirname, '../../..') }, outputFileTracingRoot: join(__dirname, '../../..'), generateBuildId: () => 'shop' }
`,
  'app/layout.js':
    'export default function Layout({ children }) {\n  return <html lang="en"><body>{children}</body></html>\n}\n',
  'app/page.js': `export default function Page() {
  console.log('page: here')
  return <p>{\`sum \${1 + 2}\`}</p>
}
`,
}
/** What is in the folder of next differs from build to build. */
const BUILT = /^\.next\/(cache|trace|diagnostics|server|static|build|types|.*\.json$|.*\.js$)/

/** @type {readonly World[]} */
const BUILDERS = [
  {
    name: 'tsc',
    files: { 'tsconfig.json': TSCONFIG, 'add.ts': TYPES },
    command: ['tsc', '-p', '.', '--listFiles', '--extendedDiagnostics'],
    masks: [[/^(Memory used|.* time|I\/O.*|.*Time): .*$/gm, '']],
    logged: ['add.ts'],
  },
  {
    name: 'tsc with an error',
    files: { 'tsconfig.json': TSCONFIG, 'add.ts': `${TYPES}add('1', 2)\n` },
    command: ['tsc', '-p', '.'],
    logged: ['TS2345'],
  },
  {
    name: 'tsc 7',
    files: { 'tsconfig.json': TSCONFIG, 'add.ts': `${TYPES}add('1', 2)\n` },
    command: ['sh', '-c', 'node $PACKAGES/typescript7/bin/tsc -p .'],
  },
  { name: 'tsx', files: { 'main.ts': TYPED }, command: ['tsx', 'main.ts'], logged: LOGGED },
  {
    name: 'ts-node',
    files: {
      'main.ts': TYPED,
      'tsconfig.json': JSON.stringify({
        compilerOptions: { module: 'commonjs', target: 'es2022', types: [] },
        'ts-node': { transpileOnly: true },
      }),
    },
    command: ['ts-node', 'main.ts'],
    env: { TS_NODE_LOG_ERROR: '1' },
    logged: LOGGED,
  },
  {
    name: 'esbuild',
    files: {
      'main.js': FAMILY,
      'greets.mjs': "import { add } from './add.ts'\nconsole.log('sum', add(1, 2))\n",
      'add.ts': TYPES,
      'build.js': `const { build, buildSync } = require('esbuild')
const plugin = { name: 'shout', setup({ onLoad }) { onLoad({ filter: /greets/ }, () => { console.log('plugin: here') }) } }
build({ entryPoints: ['greets.mjs'], bundle: true, outfile: 'out/greets.js', plugins: [plugin], logLevel: 'info' }).then(() => {
  buildSync({ entryPoints: ['main.js'], bundle: true, platform: 'node', outfile: 'out/main.js', sourcemap: true })
})
`,
    },
    command: [
      'sh',
      '-c',
      'node build.js && esbuild add.ts --minify --outfile=out/add.js && node out/main.js && node out/greets.js',
    ],
    logged: [...LOGGED, 'plugin: here', 'sum'],
  },
  {
    name: 'vite build',
    packages: 'heavy',
    files: {
      'package.json': '{"name":"shop","private":true,"type":"module"}',
      'index.html': '<!doctype html><script type="module" src="/main.ts"></script>',
      'main.ts': "import { add } from './add'\ndocument.title = String(add(1, 2))\n",
      'add.ts': TYPES,
      'vite.config.ts':
        "export default { build: { minify: 'esbuild', sourcemap: true }, plugins: [{ name: 'shout', buildStart() { console.log('plugin: here') } }] }\n",
    },
    command: ['vite', 'build'],
    logged: ['plugin: here', 'built in'],
  },
  {
    name: 'webpack',
    packages: 'heavy',
    files: {
      'src/index.js': "import { add } from './add.js'\nconsole.log(add(1, 2))\n",
      'src/add.js': 'export const add = (a, b) => a + b\n',
      'webpack.config.js':
        "module.exports = { mode: 'production', devtool: 'source-map', stats: { colors: false, timings: false }, plugins: [{ apply: () => console.log('plugin: here') }] }\n",
    },
    command: ['webpack'],
    logged: ['plugin: here', 'compiled'],
  },
  {
    name: 'next build',
    packages: 'heavy',
    files: NEXT,
    command: ['next', 'build'],
    ignored: BUILT,
    isMixed: true,
    masks: [[/using \d+ workers?/g, '']],
    logged: ['page: here'],
  },
  {
    name: 'next build with webpack',
    packages: 'heavy',
    files: NEXT,
    command: ['next', 'build', '--webpack'],
    ignored: BUILT,
    isMixed: true,
    masks: [[/using \d+ workers?/g, '']],
    logged: ['page: here'],
  },
  {
    name: 'next dev',
    packages: 'heavy',
    files: NEXT,
    command: ['next', 'dev', '--port', '0', '--hostname', '127.0.0.1'],
    drive: request,
    ignored: /^\.next|next-env|tsconfig/,
    isMixed: true,
    masks: [
      [/127\.0\.0\.1:\d+/g, '<address>'],
      [/ in \d.*$/gm, ''],
    ],
    logged: ['page: here', 'GET /'],
  },
]

/** Asks for the page. @param {import('../world.js').Running} running */
async function request({ printed, logged, stop }) {
  const [, address] = await printed(/(http:\/\/127\.0\.0\.1:\d+)/)
  await printed(/Ready in/)
  const response = await fetch(`${address}/`)
  if (!(await response.text()).includes('sum 3')) throw new Error('next does not answer')
  await printed(/GET \/ 200/)
  await logged(/GET \/ 200/)
  stop('SIGINT')
}

module.exports = { BUILDERS }
