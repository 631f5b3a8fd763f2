export default {
  // Nest injects by the types of constructor parameters.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
};
