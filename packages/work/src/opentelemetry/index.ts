export * from '@nestcraft/engine/opentelemetry';
