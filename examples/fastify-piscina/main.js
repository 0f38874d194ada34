// The server: Fastify with its own logger, which leaves the work to a pool of threads.

const { join } = require('node:path')
const { fastify } = require('fastify')
const { Piscina } = require('piscina')

const pool = new Piscina({ filename: join(__dirname, 'worker.js'), maxThreads: 2 })
const app = fastify({ logger: { name: 'api' } })

app.get('/hash/:text', async ({ params }) => ({ hash: await pool.run(params.text) }))
app.addHook('onClose', () => pool.close())
app.listen({ port: Number(process.env.PORT ?? 3000) })

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => app.close())
