/** A file of the page. */
export interface PageFile {
  readonly type: string;
  readonly body: string;
}

/** The files of the page by name; the page itself has an empty name. `bundlePage.js` writes them. */
export declare const PAGE_FILES: ReadonlyMap<string, PageFile>;
