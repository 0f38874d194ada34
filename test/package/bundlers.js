// Bundlers: bundle the application in test/fixtures/package, each as its users do.

const { builtinModules } = require('node:module')
const { join } = require('node:path')

/** The application's files: each becomes a bundle. */
const NAMES = ['main', 'worker', 'child']

/**
 * @typedef {{ load: (name: string) => any, from: string, to: string, external: readonly string[] }} Job `load`: requires in the folder with
 *   the bundlers
 */

/** By name: bundles the files and returns warnings. @type {Record<string, (job: Job) => Promise<readonly string[]>>} */
const BUNDLERS = {
  async esbuild({ load, from, to, external }) {
    const { warnings } = await load('esbuild').build({
      entryPoints: NAMES.map((name) => join(from, `${name}.js`)),
      outdir: to,
      bundle: true,
      platform: 'node',
      external: [...external],
      logLevel: 'silent',
    })
    return warnings.map((/** @type {{ text: string }} */ { text }) => text)
  },

  async rollup({ load, from, to, external }) {
    /** @type {string[]} */
    const warnings = []
    const { nodeResolve } = load('@rollup/plugin-node-resolve')
    for (const name of NAMES) {
      const bundle = await load('rollup').rollup({
        input: join(from, `${name}.js`),
        external: [/^node:/, ...builtinModules, ...external],
        plugins: [
          nodeResolve({ preferBuiltins: true, exportConditions: ['node'] }),
          load('@rollup/plugin-commonjs')({ ignoreDynamicRequires: true }),
          load('@rollup/plugin-json')(),
        ],
        onwarn: (/** @type {{ message: string }} */ { message }) => void warnings.push(message),
      })
      await bundle.write({
        file: join(to, `${name}.js`),
        format: 'cjs',
        inlineDynamicImports: true,
      })
    }
    return warnings
  },

  async webpack({ load, from, to, external }) {
    const stats = await new Promise((resolve, reject) => {
      const options = {
        mode: 'production',
        target: 'node',
        node: { __dirname: false, __filename: false },
        entry: Object.fromEntries(NAMES.map((name) => [name, join(from, `${name}.js`)])),
        output: { path: to, filename: '[name].js' },
        externals: Object.fromEntries(external.map((name) => [name, `commonjs ${name}`])),
      }
      load('webpack')(options, (/** @type {unknown} */ error, /** @type {unknown} */ result) =>
        error ? reject(error) : resolve(result),
      )
    })
    const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true })
    if (errors.length > 0) throw new Error(errors[0].message)
    // It says of each dynamic `require` that it leaves it to Node.
    const expected = /^Critical dependency: /
    return warnings
      .map((/** @type {{ message: string }} */ { message }) => message)
      .filter((/** @type {string} */ message) => !expected.test(message))
  },
}

module.exports = { BUNDLERS }
