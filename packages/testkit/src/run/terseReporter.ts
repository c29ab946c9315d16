import { MinimalReporter } from 'vitest/node';

type Summary = Parameters<MinimalReporter['reportTestSummary']>;

/**
 * Prints only a summary if all tests pass. Otherwise it prints the failures after the summary, so that the reason is the last
 * output.
 */
export default class TerseReporter extends MinimalReporter {
  #isSummaryPrinted = false;

  override reportSummary(files: Summary[0], errors: Summary[1]): void {
    this.#isSummaryPrinted = false;
    this.reportTestSummary(files, errors, 0);
    this.#isSummaryPrinted = true;
    // Prints the errors. The base class would then repeat the summary.
    super.reportSummary(files, errors);
  }

  override reportTestSummary(...summary: Summary): void {
    if (this.#isSummaryPrinted) return;
    super.reportTestSummary(...summary);
    const [files, errors] = summary;
    if (errors.length === 0 && files.every(file => file.result?.state !== 'fail')) return;
    this.log('Next: npm run test:only -- FILE repeats the tests of one file.');
  }
}
