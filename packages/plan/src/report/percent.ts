/** A share in percent, to a tenth. Only all of it is 100 %, and only none is 0 %. */
export function percentText(share: number): string {
  const tenths = Math.round(share * 1000);
  const shown = share === 0 || share === 1 ? tenths : Math.min(Math.max(tenths, 1), 999);
  return `${shown / 10} %`;
}
