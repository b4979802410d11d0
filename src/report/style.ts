/** The page's look. `--sheet` in dark is what src/report/page/dark.ts gives figures as their background. */
export const reportStyle = `
:root { color-scheme: light; --paper: #f7f7f5; --sheet: #fff; --ink: #1a1a1a; --quiet: #5a5a58; --line: #dcdcd8; --link: #0b57a4; --wrong: #b03a00; --good: #1b6e3c; --bad: #a32c1a; --unsure: #6b5a00; }
:root[data-theme="dark"] { color-scheme: dark; --paper: #121214; --sheet: #1b1b1e; --ink: #e8e8e6; --quiet: #a6a6a3; --line: #38383c; --link: #8ab8f0; --wrong: #f0a070; --good: #7fd09a; --bad: #f2a090; --unsure: #e0cc70; }
@media (prefers-color-scheme: dark) { :root:not([data-theme]) { color-scheme: dark; --paper: #121214; --sheet: #1b1b1e; --ink: #e8e8e6; --quiet: #a6a6a3; --line: #38383c; --link: #8ab8f0; --wrong: #f0a070; --good: #7fd09a; --bad: #f2a090; --unsure: #e0cc70; } }
* { box-sizing: border-box; }
html { overflow-y: scroll; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
main { max-width: 76rem; margin: 0 auto; padding: 1rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 1rem 0 .25rem; }
h2 { font-size: 1.3rem; line-height: 1.25; margin: 0 0 .5rem; }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .6rem; }
h4 { font-size: .95rem; margin: 0; }
a { color: var(--link); }
p, li, dd { max-width: 46rem; }
.facts { max-width: none; }
.quiet { color: var(--quiet); font-weight: normal; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
main > section { border-top: 1px solid var(--line); margin-top: 2rem; padding-top: 1.5rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 0; }
.notes { color: var(--quiet); font-size: .93rem; padding-left: 1.2rem; }

.controls { position: sticky; top: 0; z-index: 2; display: flex; flex-wrap: wrap; gap: .4rem .9rem; align-items: center; padding: .5rem 1.25rem; background: var(--sheet); border-bottom: 1px solid var(--line); font-size: .88rem; }
.choice { display: flex; align-items: center; gap: .35rem; }
.choice > span { color: var(--quiet); }
.wrong { color: var(--wrong); }
button, select, input { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: 4px; padding: .15rem .45rem; max-width: 100%; }
button { cursor: pointer; }
button:hover { border-color: var(--quiet); }
[aria-invalid="true"] { border-color: var(--wrong); }
[hidden] { display: none !important; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }

.verdict { background: var(--sheet); border: 1px solid var(--line); border-left: 5px solid var(--unsure); border-radius: 6px; padding: .9rem 1.1rem; margin-top: 1rem; }
.verdict h3 { margin-top: 0; }
.verdict.long-term { border-left-color: var(--good); }
.verdict.vanishing, .verdict.exploding, .verdict.dead, .verdict.saturated { border-left-color: var(--bad); }
.verdict .badges { margin: 0; }
.verdict .sentence { font-size: 1.12rem; margin: .3rem 0 .8rem; }
.verdict h4 { margin: .8rem 0 .2rem; }
.verdict ul, .verdict ol { margin: .2rem 0; padding-left: 1.3rem; }
.rests { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .5rem 1.25rem; margin: 0; }
.rests dt { color: var(--quiet); font-size: .85rem; }
.rests dd { margin: 0; font-variant-numeric: tabular-nums; }

.beside { display: flex; flex-wrap: wrap; gap: 1rem 2rem; align-items: flex-start; }
.graph { flex: 0 1 auto; max-width: 100%; max-height: 32rem; overflow: auto; }
.graph svg { display: block; }
.graph rect { fill: var(--sheet); stroke: var(--quiet); }
.graph .recurrent rect { stroke: var(--link); stroke-width: 2; }
.graph text { fill: var(--quiet); font: 10px Inter, sans-serif; text-anchor: middle; }
.graph .name { fill: var(--ink); font-size: 11.5px; font-weight: 600; }
.graph .edge { fill: none; stroke: var(--quiet); }
.graph .head { fill: var(--quiet); }
.table { overflow-x: auto; flex: 1 1 24rem; max-width: 100%; }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem 1.1rem .25rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); font-weight: normal; max-width: 30rem; }
thead th { color: var(--quiet); }

.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 33rem), 1fr)); gap: 1rem; }
.view { margin: 0; min-width: 0; background: var(--sheet); border: 1px solid var(--line); border-radius: 6px; padding: .7rem .8rem .6rem; display: flex; flex-direction: column; }
.view.wide, .view:last-child:nth-child(odd) { grid-column: 1 / -1; }
.head { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .3rem 1rem; margin-bottom: .3rem; }
.head h2 { margin: 0; font-size: 1.1rem; }
.tools { display: flex; flex-wrap: wrap; gap: .3rem .8rem; font-size: .85rem; }
.plot { position: relative; overflow-x: auto; min-height: 12rem; border-radius: 3px; }
.plot.live { cursor: crosshair; touch-action: pan-y pinch-zoom; user-select: none; -webkit-user-select: none; }
.plot canvas { display: block; }
.plot .overlay { position: absolute; left: 0; top: 0; pointer-events: none; }
.readout { display: block; min-height: 1.5em; font-size: .85rem; font-variant-numeric: tabular-nums; }
figcaption { color: var(--quiet); font-size: .86rem; flex: 1; display: flex; flex-direction: column; }
figcaption p { margin: 0 0 .4rem; max-width: 60rem; }
.saves { display: flex; gap: .35rem; flex-wrap: wrap; margin-top: auto; }
.fault { color: var(--wrong); }
dialog { width: min(96vw, 90rem); max-height: 96vh; border: 1px solid var(--line); border-radius: 8px; padding: .6rem; background: var(--sheet); color: var(--ink); overflow-y: auto; }
dialog::backdrop { background: rgb(0 0 0 / .55); }
dialog .view { border: 0; }
dialog .head { padding-right: 4.5rem; }
.close { position: absolute; right: .9rem; top: .9rem; z-index: 1; }
.help { color: var(--quiet); font-size: .88rem; }
@media (max-width: 36rem) { main { padding: .5rem .6rem 3rem; } .controls { position: static; padding: .5rem .6rem; } .view { padding: .5rem .4rem; } }
@media print {
  :root, :root[data-theme="dark"] { color-scheme: light; --paper: #f7f7f5; --sheet: #fff; --ink: #1a1a1a; --quiet: #5a5a58; --line: #dcdcd8; --link: #0b57a4; --wrong: #b03a00; --good: #1b6e3c; --bad: #a32c1a; --unsure: #6b5a00; }
  .controls, .tools, .saves, .readout, .help, .plot .overlay { display: none; }
  .figures { display: block; }
  h2, h3 { break-after: avoid; }
  .view, tr, dl > div { break-inside: avoid; }
  .view { margin-bottom: 1rem; }
  .plot { min-height: 0 !important; }
  .plot canvas { max-width: 100%; height: auto !important; }
}
`;
