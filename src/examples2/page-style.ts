/** The page's look: light or dark as the reader's system is; figures always on white, as they are drawn. */
export const pageStyle = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1a1a1a; --quiet: #595959; --line: #d9d9d9; --panel: #f5f5f4; --link: #0b57a4; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #161618; --ink: #e8e8e6; --quiet: #a6a6a3; --line: #3a3a3d; --panel: #202023; --link: #8ab8f0; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; overflow-wrap: break-word; }
main { max-width: 62rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
p, li { max-width: 42rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .75rem; }
h2 { font-size: 1.35rem; line-height: 1.25; margin: 0 0 .5rem; }
a { color: var(--link); }
nav ol { padding-left: 1.5rem; }
section { border-top: 1px solid var(--line); margin-top: 2.5rem; padding-top: 2rem; }
figure { margin: 1.5rem 0; }
.sheet { width: fit-content; max-width: 100%; background: #fff; border: 1px solid var(--line); border-radius: 6px; overflow-x: auto; }
.sheet img { display: block; width: 100%; min-width: 40rem; height: auto; }
figcaption { color: var(--quiet); font-size: .94rem; margin-top: .6rem; }
figcaption p { margin: 0 0 .4rem; }
.table { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .94rem; margin: 1rem 0; }
caption { text-align: left; color: var(--quiet); padding-bottom: .3rem; }
th, td { padding: .25rem .9rem .25rem 0; text-align: right; font-weight: normal; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child { text-align: left; }
thead th { color: var(--quiet); }
.meta { color: var(--quiet); font-size: .94rem; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .9rem 1rem; overflow-x: auto; font: 13px/1.5 ui-monospace, monospace; tab-size: 2; }
summary { cursor: pointer; color: var(--link); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
`;
