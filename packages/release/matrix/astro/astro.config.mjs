import node from '@astrojs/node';
import { defineConfig } from 'astro/config';

// Astro 5 is the last version that runs on Node 20.
export default defineConfig({ output: 'server', adapter: node({ mode: 'middleware' }) });
