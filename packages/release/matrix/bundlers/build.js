import { promisify } from 'node:util';
import commonjs from '@rollup/plugin-commonjs';
import resolve from '@rollup/plugin-node-resolve';
import { build as esbuild } from 'esbuild';
import { rollup } from 'rollup';
import { build as vite } from 'vite';
import webpack from 'webpack';

const FRAMEWORKS = ['express', 'fastify', 'koa'];

const kinds = {
  // Everything in one file, including the frameworks. fastify-plugin, Express and others are CommonJS, which needs a
  // `require`.
  esbuildModule: () =>
    esbuild({
      ...bundled,
      format: 'esm',
      outfile: 'out/esbuildModule.mjs',
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
    }),
  esbuildCommonJs: () =>
    esbuild({ ...bundled, format: 'cjs', minify: true, outfile: 'out/esbuildCommonJs.cjs' }),

  // Everything in one minified file, as webpack makes it in production.
  webpackCommonJs: async () => {
    const stats = await promisify(webpack)({
      mode: 'production',
      target: 'node',
      entry: './main.js',
      output: { path: `${process.cwd()}/out`, filename: 'webpackCommonJs.cjs' },
    });
    if (stats?.hasErrors()) throw new Error(stats.toString());
  },

  rollupModule: () => rolled({ format: 'es', file: 'out/rollupModule.mjs' }),
  rollupCommonJs: () => rolled({ format: 'cjs', file: 'out/rollupCommonJs.cjs' }),

  viteServer: () =>
    vite({
      logLevel: 'error',
      build: { ssr: 'main.js', outDir: 'out/vite' },
      ssr: { noExternal: [/^@breaking\//], external: FRAMEWORKS },
    }),
};

const bundled = { entryPoints: ['main.js'], bundle: true, platform: 'node', logLevel: 'error' };

async function rolled(output) {
  const bundle = await rollup({
    input: 'main.js',
    external: FRAMEWORKS,
    plugins: [resolve({ preferBuiltins: true }), commonjs()],
  });
  await bundle.write(output);
  await bundle.close();
}

await kinds[process.argv[2]]();
