import { init } from 'echarts';
import type { EChartsOption } from 'echarts';

/** Bars in groups: a group for each category, a colour for each series. */
export interface BarChart {
  readonly title: string;
  readonly unit: string;
  readonly categories: readonly string[];
  readonly series: readonly { readonly name: string; readonly values: readonly (number | undefined)[] }[];
  readonly digits: number;
}

const WIDTH = 820;
const BAR_HEIGHT = 17;
const GROUP_GAP = 16;
const FRAME_HEIGHT = 148;
/** Room for the longest name of a program. */
const NAME_WIDTH = 215;

/** Seen on white and on black alike. */
const TEXT = '#768390';
const GRID = '#76839055';
const COLOURS = ['#4493f8', '#db6d28', '#2da44e', '#ab7df8', '#d1548a', '#9a8a22', '#768390'];

/** A chart of lying bars as SVG text, on no background. */
export function barChart({ title, unit, categories, series, digits }: BarChart): string {
  const height = FRAME_HEIGHT + categories.length * (series.length * BAR_HEIGHT + GROUP_GAP);
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
  const label = (value: number): string =>
    value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const option: EChartsOption = {
    animation: false,
    color: COLOURS,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: 'Arial, Helvetica, sans-serif', color: TEXT },
    title: {
      text: title,
      subtext: unit,
      left: 8,
      textStyle: { color: TEXT, fontSize: 15 },
      subtextStyle: { color: TEXT },
    },
    legend: {
      show: series.length > 1,
      left: 8,
      top: 56,
      itemGap: 22,
      textStyle: { color: TEXT },
      data: series.map(({ name }) => name),
    },
    grid: { left: NAME_WIDTH, right: 70, top: 112, bottom: 30 },
    xAxis: { type: 'value', axisLabel: { color: TEXT }, splitLine: { lineStyle: { color: GRID } } },
    yAxis: {
      type: 'category',
      inverse: true,
      data: [...categories],
      axisLabel: { color: TEXT },
      axisTick: { show: false },
      axisLine: { lineStyle: { color: GRID } },
    },
    series: series.map(({ name, values }) => ({
      type: 'bar' as const,
      name,
      barMaxWidth: BAR_HEIGHT - 3,
      data: values.map((value) => value ?? '-'),
      label: {
        show: true,
        position: 'right' as const,
        color: TEXT,
        formatter: ({ value }: { value?: unknown }) => (typeof value === 'number' ? label(value) : ''),
      },
    })),
  };
  chart.setOption(option);
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
