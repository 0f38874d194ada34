'use strict'
// Vendor: bundles libraries into dist/vendor/, so that they are no further packages to install. Those that measure and wrap
// text for terminals are ES modules, which Node 20.0 to 20.18 cannot load by `require`. Bundles the page of `logshare view`, too.
//
// What has to be one copy with the application's, or is replaced by it, stays a dependency: debug, require-in-the-middle,
// shimmer.

const { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } = require('node:fs')
const { dirname, join, relative } = require('node:path')
const { buildSync } = require('esbuild')

const root = join(__dirname, '..')
const dist = join(root, 'dist')
const target = join(dist, 'vendor')

/** Files by name: what each exports. */
const FILES = {
  text: `export { default as stringWidth } from 'string-width'
export { default as wrapAnsi } from 'wrap-ansi'`,
  config: `export { lilconfigSync } from 'lilconfig'
export { default as stripJsonComments } from 'strip-json-comments'`,
}

/** Libraries that dist/ asks for by their name: it gets those in dist/vendor/ instead. */
const LIBRARIES = {
  '@pinojs/redact': 'redact',
  commander: 'commander',
  'safe-stable-stringify': 'stringify',
}

/** The page of `logshare view`. */
const page = join(root, 'src/view/page')
const pageTarget = join(root, 'dist/view/page')

mkdirSync(target, { recursive: true })
const packages = new Set()
const libraries = Object.entries(LIBRARIES).map(([id, name]) => [
  name,
  `module.exports = require('${id}')`,
])
for (const [name, contents] of [...Object.entries(FILES), ...libraries]) {
  const { metafile } = buildSync({
    stdin: { contents, resolveDir: root },
    outfile: join(target, `${name}.js`),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
    legalComments: 'none',
    metafile: true,
  })
  note(metafile)
}
const { metafile } = buildSync({
  entryPoints: ['main.tsx', 'main.css'].map((name) => join(page, name)),
  outdir: pageTarget,
  bundle: true,
  platform: 'browser',
  target: 'es2022',
  format: 'esm',
  minify: true,
  legalComments: 'none',
  metafile: true,
})
note(metafile)
copyFileSync(join(page, 'index.html'), join(pageTarget, 'index.html'))
for (const file of readdirSync(dist, { recursive: true })) {
  if (file.endsWith('.js') && !/^(?:vendor|view.page)/.test(file)) useVendored(file)
}
writeFileSync(join(target, 'LICENSES'), [...packages].sort().map(licenseOf).join('\n'))

/** Adds the packages of a bundle. */
function note({ inputs }) {
  for (const path of Object.keys(inputs)) {
    const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)
    if (found) packages.add(found[1])
  }
}

/** @param {string} file in dist/ */
function useVendored(file) {
  const text = readFileSync(join(dist, file), 'utf8')
  const changed = text.replace(/(?<=\brequire\(["'])[@a-z][^"']+(?=["']\))/g, (id) => {
    if (!Object.hasOwn(LIBRARIES, id)) return id
    return `${relative(dirname(file), '.') || '.'}/vendor/${LIBRARIES[id]}.js`
  })
  if (changed !== text) writeFileSync(join(dist, file), changed)
}

/** Name, version and licence of a bundled package, which its licence asks to keep. */
function licenseOf(path) {
  const folder = join(root, path)
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each))
  if (!file) throw new Error(`${name}: no licence`)
  return `${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`
}
