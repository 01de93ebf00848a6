import { rename, rm, writeFile } from 'node:fs/promises';
import type { LedgerReader } from '@costspan/collector-processor';
import type { Report } from '../report-data.ts';
import { reportPage } from './report-page.ts';

/** Writes the report as a page: whole or not at all. The chart library is loaded only here, it takes a moment. */
export async function writeReportPage(
  reader: LedgerReader,
  { report, file, rowsMax }: { readonly report: Report; readonly file: string; readonly rowsMax: number },
): Promise<void> {
  const { reportCharts } = await import('./report-charts.ts');
  const page = reportPage(report, { charts: reportCharts(reader, report), rowsMax });
  const unfinished = `${file}.${process.pid}.part`;
  try {
    await writeFile(unfinished, page);
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
