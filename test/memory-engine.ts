// Has the engine's tests keep their jobs in a Redis in memory.
process.env.NESTCRAFT_TEST_ENGINE = 'memory';
