/** Reduces the facts of all files to totals, and draws them. Ordinary code. */
import { basename } from "node:path";
import * as echarts from "echarts";
import type { FileFacts } from "./facts.ts";

/** Sums over a folder. */
export interface FolderTotals {
  folder: string;
  files: number;
  bytes: number;
  lines: number;
  functions: number;
  imports: number;
}

export interface Report {
  folder: string;
  totals: Omit<FolderTotals, "folder">;
  /** By folder, the one with most lines first. */
  folders: FolderTotals[];
  /** Groups of files with the same content. */
  copies: string[][];
  /** Files that could not be parsed, and why. */
  problems: { file: string; problem: string }[];
  files: FileFacts[];
}

const noTotals = () => ({ files: 0, bytes: 0, lines: 0, functions: 0, imports: 0 });

function add(totals: Omit<FolderTotals, "folder">, facts: FileFacts): void {
  totals.files++;
  totals.bytes += facts.bytes;
  totals.lines += facts.lines;
  totals.functions += facts.functions;
  totals.imports += facts.imports;
}

/** The report over the facts of all files. */
export function reduce(folder: string, files: FileFacts[]): Report {
  const totals = noTotals();
  const folders = new Map<string, FolderTotals>();
  const byContent = new Map<string, string[]>();
  for (const facts of files) {
    const name = facts.file.includes("/") ? facts.file.slice(0, facts.file.lastIndexOf("/")) : ".";
    const sum = folders.get(name) ?? { folder: name, ...noTotals() };
    folders.set(name, sum);
    add(sum, facts);
    add(totals, facts);
    byContent.set(facts.sha256, [...(byContent.get(facts.sha256) ?? []), facts.file]);
  }
  return {
    folder,
    totals,
    folders: [...folders.values()].sort((a, b) => b.lines - a.lines || (a.folder < b.folder ? -1 : 1)),
    copies: [...byContent.values()].filter((group) => group.length > 1),
    problems: files.flatMap(({ file, problem }) => (problem === undefined ? [] : [{ file, problem }])),
    files,
  };
}

const number = new Intl.NumberFormat("en");
const escapeHtml = (text: string) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

const barColor = "#2f6f8f";
/** The end of a path tells more than its beginning. */
const shorten = (path: string, most: number) => (path.length > most ? `…${path.slice(1 - most)}` : path);

/** Text takes the colour of the page, so that one drawing does for light and dark. */
function chart(report: Report, width: number, fontSize: number): string {
  const top = report.folders.slice(0, 15).reverse();
  const view = echarts.init(null, null, { renderer: "svg", ssr: true, width, height: 60 + top.length * 30 });
  const most = width < 600 ? 17 : 40;
  view.setOption({
    animation: false,
    grid: { left: 0, right: 60, top: 10, bottom: 36, containLabel: true },
    xAxis: {
      ...{ type: "value", name: "lines", nameLocation: "middle", nameGap: 26, splitNumber: width < 600 ? 2 : 5 },
      ...{
        axisLabel: { fontSize },
        nameTextStyle: { fontSize },
        splitLine: { lineStyle: { color: "#8888", width: 0.5 } },
      },
    },
    yAxis: {
      ...{ type: "category", data: top.map(({ folder }) => shorten(folder, most)) },
      ...{ axisLabel: { fontSize }, axisLine: { lineStyle: { color: "#888" } }, axisTick: { show: false } },
    },
    series: [
      {
        type: "bar",
        data: top.map(({ lines }) => lines),
        itemStyle: { color: barColor },
        label: {
          ...{ show: true, position: "right", fontSize },
          formatter: (bar: { value?: unknown }) => number.format(bar.value as number),
        },
      },
    ],
  });
  const svg = view.renderToSVGString();
  view.dispose();
  return svg;
}

const style = `
  :root { color-scheme: light dark; --text: #1d2730; --soft: #55626e; --line: #dde3e8; --page: #fff; --bar: ${barColor} }
  @media (prefers-color-scheme: dark) {
    :root { --text: #e4e9ed; --soft: #a3afb9; --line: #333d46; --page: #14191e; --bar: #5ba3c7 }
  }
  body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); max-width: 960px; margin: 2.5rem auto; padding: 0 1rem }
  h1 { font-size: 1.5rem; margin: 0; overflow-wrap: anywhere } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
  .path { color: var(--soft); margin: 0 0 1.2rem; overflow-wrap: anywhere }
  dl { display: flex; flex-wrap: wrap; gap: .6rem 2.5rem; margin: 0 }
  dt { color: var(--soft); font-size: .85rem } dd { margin: 0; font-size: 1.6rem; font-weight: 600 }
  figure { margin: 0 } svg { max-width: 100%; height: auto } svg text { fill: currentColor; stroke: none } svg [fill="${barColor}"] { fill: var(--bar) }
  .narrow { display: none }
  table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
  th, td { padding: .3rem .6rem; text-align: right; border-bottom: 1px solid var(--line); vertical-align: top }
  th { color: var(--soft); font-weight: 500 } th:first-child, td:first-child { text-align: left; padding-left: 0; overflow-wrap: anywhere }
  code { font-size: .85rem; color: var(--soft) }
  @media (max-width: 640px) {
    body { margin-top: 1.2rem } .wide { display: none } .narrow { display: block }
    th, td { padding: .3rem 0 .3rem .7rem } .secondary { display: none }
  }
`;

const row = (f: FileFacts) =>
  `<tr><td>${escapeHtml(f.file)}</td><td>${number.format(f.lines)}</td><td>${number.format(f.functions)}</td>` +
  `<td>${number.format(f.imports)}</td><td class="secondary"><code>${f.sha256.slice(0, 12)}</code></td></tr>`;

const plural = (count: number, one: string, more: string) => `${number.format(count)} ${count === 1 ? one : more}`;

/** The report as a page that needs nothing else. */
export function render(report: Report): string {
  const { totals } = report;
  const figures = [
    ["files", totals.files],
    ["lines", totals.lines],
    ["functions", totals.functions],
    ["imports", totals.imports],
    ["kilobytes", Math.round(totals.bytes / 1000)],
  ] as const;
  const rows = [...report.files].sort((a, b) => b.lines - a.lines || (a.file < b.file ? -1 : 1)).slice(0, 25);
  const name = escapeHtml(basename(report.folder));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Census of ${name}</title>
<style>${style}</style>
</head>
<body>
<h1>Census of ${name}</h1>
<p class="path">${escapeHtml(report.folder)}</p>
<dl>${figures.map(([name, value]) => `<div><dt>${name}</dt><dd>${number.format(value)}</dd></div>`).join("")}</dl>
<h2>Lines by folder</h2>
<figure role="img" aria-label="Bar chart of the folders with most lines">
<div class="wide">${chart(report, 960, 12)}</div>
<div class="narrow">${chart(report, 380, 12)}</div>
</figure>
<h2>Largest files</h2>
<table>
<thead><tr><th scope="col">file</th><th scope="col">lines</th><th scope="col">functions</th><th scope="col">imports</th><th scope="col" class="secondary">sha-256</th></tr></thead>
<tbody>
${rows.map(row).join("\n")}
</tbody>
</table>
<p>${plural(report.copies.length, "group", "groups")} of identical files; ${plural(report.problems.length, "file", "files")} that could not be parsed.</p>
</body>
</html>
`;
}
