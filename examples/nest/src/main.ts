// The server: a NestJS application that has its reports made by a forked process.

import 'reflect-metadata'
import { Logger } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { AppModule } from './app.js'

const app = await NestFactory.create(AppModule)
await app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1')
new Logger('Main').log('listening')

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => app.close())
