/** What the application listens with; one that is built on Fastify has another file here. */
export { ExpressAdapter as Platform } from '@nestjs/platform-express';
