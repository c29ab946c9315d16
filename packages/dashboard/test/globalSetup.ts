/** Bundles the page of these sources, which the server imports: a stale one can never pass a test. */
export default async function bundlePage(): Promise<void> {
  const { bundlePage } = await import(new URL('../bundlePage.js', import.meta.url).href);
  await bundlePage();
}
