/** A share in percent, to a tenth. It shows 100 % and 0 % only if they are exact. */
export function percentText(share: number): string {
  const tenths = Math.round(share * 1000);
  const shown = share === 0 || share === 1 ? tenths : Math.min(Math.max(tenths, 1), 999);
  return `${shown / 10} %`;
}
