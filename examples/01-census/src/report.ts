/** Reduces the facts of all files to totals, and draws them. Ordinary code. */
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

function chart(report: Report): string {
  const top = report.folders.slice(0, 15).reverse();
  const view = echarts.init(null, null, { renderer: "svg", ssr: true, width: 960, height: 60 + top.length * 30 });
  view.setOption({
    animation: false,
    grid: { left: 10, right: 70, top: 10, bottom: 40, containLabel: true },
    xAxis: { type: "value", name: "lines", nameLocation: "middle", nameGap: 26 },
    yAxis: { type: "category", data: top.map(({ folder }) => folder) },
    series: [
      {
        type: "bar",
        data: top.map(({ lines }) => lines),
        itemStyle: { color: "#2f6f8f" },
        label: {
          show: true,
          position: "right",
          formatter: (bar: { value?: unknown }) => number.format(bar.value as number),
        },
      },
    ],
  });
  const svg = view.renderToSVGString();
  view.dispose();
  return svg;
}

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
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Census of ${escapeHtml(report.folder)}</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; color: #1d2730; max-width: 960px; margin: 2.5rem auto; padding: 0 1rem }
  h1 { font-size: 1.5rem; margin: 0 0 1rem } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
  dl { display: flex; gap: 2.5rem; margin: 0 } dt { color: #5d6b78; font-size: .85rem } dd { margin: 0; font-size: 1.6rem; font-weight: 600 }
  svg { max-width: 100%; height: auto }
  table { border-collapse: collapse; width: 100% } th, td { padding: .25rem .6rem; text-align: right; border-bottom: 1px solid #e3e8ec }
  th { color: #5d6b78; font-weight: 500 } th:first-child, td:first-child { text-align: left } code { font-size: .85rem; color: #5d6b78 }
</style>
<h1>Census of ${escapeHtml(report.folder)}</h1>
<dl>${figures.map(([name, value]) => `<div><dt>${name}</dt><dd>${number.format(value)}</dd></div>`).join("")}</dl>
<h2>Lines by folder</h2>
${chart(report)}
<h2>Largest files</h2>
<table>
<tr><th>file</th><th>lines</th><th>functions</th><th>imports</th><th>sha-256</th></tr>
${rows
  .map(
    (f) =>
      `<tr><td>${escapeHtml(f.file)}</td><td>${number.format(f.lines)}</td><td>${number.format(f.functions)}</td><td>${f.imports}</td><td><code>${f.sha256.slice(0, 12)}</code></td></tr>`,
  )
  .join("\n")}
</table>
<p>${report.copies.length} groups of identical files, ${report.problems.length} files that could not be parsed.</p>
</html>
`;
}
