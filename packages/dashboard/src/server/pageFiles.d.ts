/** A file of the page. */
export interface PageFile {
  readonly type: string;
  readonly body: string;
}

/** The files of the page by their names; that of the page itself is empty. `bundlePage.js` writes them. */
export declare const PAGE_FILES: ReadonlyMap<string, PageFile>;
