// The report: a process of its own, a NestJS application without a server.

import 'reflect-metadata'
import { Logger, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'

@Module({})
class ReportModule {}

const id = process.argv[2]
const logger = new Logger('Report')
await NestFactory.createApplicationContext(ReportModule)
for (const part of ['sales', 'stock', 'staff']) logger.log(`report ${id}: ${part}`)
logger.warn(`report ${id} ends at once`)
process.exit()
