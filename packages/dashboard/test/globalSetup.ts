/** Bundles the page from the current sources, so that no test uses an old one. */
export default async function bundlePage(): Promise<void> {
  const { bundlePage } = await import(new URL('../bundlePage.js', import.meta.url).href);
  await bundlePage();
}
