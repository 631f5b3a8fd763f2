import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  build: { outDir: '../public', emptyOutDir: true, assetsInlineLimit: 0, modulePreload: false },
});
