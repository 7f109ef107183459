/** @file What a pretraining run says on stderr while it goes: utilisation in its status line, and a warning on collapse. */
import { matrixProduct } from '../bench/matrix-product.ts';
import { stepOperations } from '../bench/operations.ts';
import type { ModelSize } from '../model/size.ts';
import { collapseWarning } from '../pretrain/collapse.ts';
import type { StepMetrics } from '../pretrain/run-directory.ts';
import type { Compile } from '../runtime/session.ts';

/** About 20 s of work; what is over sooner is not worth the fifth of a second that measuring takes. */
const LEAST_OPERATIONS = 2e12;

const WARM_UP_PRODUCTS = 2;
const PRODUCTS = 5;

/**
 * The share of this machine's matrix-product rate that training reaches, as the status line says it; the rate is
 * measured once, now.
 *
 * @param scans that are left to train on; for few nothing is measured or said
 */
export async function utilisationNote(
  compile: Compile,
  size: ModelSize,
  scans: number,
): Promise<(scansPerSecond: number) => string> {
  if (scans * stepOperations(size) < LEAST_OPERATIONS) return () => '';
  const rate = await matrixProductRate(compile);
  return (scansPerSecond) => {
    const share = (scansPerSecond * stepOperations(size)) / rate;
    // Above 1 the rate was measured beside other work: it says nothing then.
    return share > 1 ? '' : `, utilisation ${share.toFixed(2)}`;
  };
}

/** Operations a second. */
async function matrixProductRate(compile: Compile): Promise<number> {
  const product = await matrixProduct(compile);
  const rates: number[] = [];
  for (let i = 0; i < WARM_UP_PRODUCTS + PRODUCTS; i++) rates.push(await product.rate());
  await product.release();
  // The fastest: what slows a product down is other work.
  return Math.max(...rates.slice(WARM_UP_PRODUCTS));
}

/** Says once that representations have collapsed, however often it is found. */
export function collapseWatch(): (metrics: StepMetrics) => void {
  let said = false;
  return (metrics) => {
    const warning = said ? undefined : collapseWarning(metrics);
    if (warning === undefined) return;
    said = true;
    // The status line is redrawn below it.
    process.stderr.write(`${process.stderr.isTTY === true ? '\r\x1b[K' : ''}warning: ${warning}\n`);
  };
}
