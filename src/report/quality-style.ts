/** @file How the quality page looks: on a light or dark screen, and on paper. */

/** Figures keep their white ground, so that their colours mean the same everywhere. */
export const QUALITY_STYLE = `
:root { color-scheme: light dark; --ink: #222; --muted: #595959; --ground: #fff; --panel: #f6f6f4; --rule: #d9d9d6;
  --error: #a11; --warning: #8a5a00; --note: #2b5f8a; }
@media (prefers-color-scheme: dark) { :root { --ink: #eee; --muted: #b0b0b0; --ground: #16181b; --panel: #202327;
  --rule: #3a3e44; --error: #ff8a80; --warning: #ffcc66; --note: #8ec7f2; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 Helvetica, Arial, 'Liberation Sans', sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 24px; }
h1 { font-size: 26px; margin: 0 0 16px; overflow-wrap: anywhere; }
h2 { font-size: 19px; margin: 36px 0 8px; padding-top: 12px; border-top: 1px solid var(--rule); }
p { margin: 6px 0 12px; max-width: 75ch; }
.facts { display: flex; flex-wrap: wrap; gap: 8px; margin: 0; }
.facts div { background: var(--panel); border-radius: 6px; padding: 8px 14px; }
dt { color: var(--muted); font-size: 12px; }
dd { margin: 0; font-weight: bold; }
.finding { border-left: 4px solid var(--tone); background: var(--panel); padding: 8px 14px; margin: 8px 0; border-radius: 0 6px 6px 0; }
.error { --tone: var(--error); } .warning { --tone: var(--warning); } .note { --tone: var(--note); }
.level { color: var(--tone); font-weight: bold; margin-right: 6px; }
.finding p { margin: 0; max-width: none; overflow-wrap: anywhere; }
.evidence { color: var(--muted); font-size: 12.5px; overflow-wrap: anywhere; }
.networks { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 14px; }
figure { margin: 0; break-inside: avoid; }
figure img { width: 100%; aspect-ratio: 1; image-rendering: pixelated; display: block; border: 1px solid var(--rule); }
figcaption { font-size: 12.5px; color: var(--muted); overflow-wrap: anywhere; }
figcaption b { color: var(--ink); }
.bar { display: flex; align-items: center; gap: 8px; font-size: 12.5px; color: var(--muted); margin: 0 0 10px; }
.bar img { width: 200px; height: 12px; border: 1px solid var(--rule); }
.pair { display: flex; flex-wrap: wrap; gap: 16px; margin-bottom: 12px; }
.pair svg { flex: 1 1 440px; min-width: 0; max-width: 600px; }
@media screen and (max-width: 520px) { .pair:has(svg) { overflow-x: auto; flex-direction: column; border-right: 3px solid var(--rule); }
  .pair svg { width: 480px; max-width: none; flex: none; } }
.networks figure:only-child { max-width: 420px; grid-column: 1 / -1; }
svg { max-width: 100%; height: auto; border-radius: 6px; break-inside: avoid; }
.scroll { overflow-x: auto; max-width: 100%; background: linear-gradient(to left, var(--ground), var(--ground)) right / 12px 100% no-repeat local,
  linear-gradient(to left, var(--muted), transparent) right / 8px 100% no-repeat scroll; }
table { border-collapse: collapse; font-size: 13.5px; }
th, td { text-align: left; padding: 4px 12px 4px 0; border-bottom: 1px solid var(--rule); white-space: nowrap; }
td:first-child { white-space: normal; overflow-wrap: anywhere; min-width: 9em; max-width: 26em; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
footer { margin-top: 40px; color: var(--muted); font-size: 12px; overflow-wrap: anywhere; }
@media print { :root { --ink: #000; --muted: #444; --ground: #fff; --panel: #f4f4f4; --rule: #bbb; --error: #a11;
  --warning: #8a5a00; --note: #2b5f8a; } main { padding: 0; } h2, h2 + p, h2 + p + .bar { break-after: avoid; } p, .finding, tr, section { break-inside: avoid; } thead { display: table-header-group; }
  .scroll { overflow: visible; background: none; } .pair svg { flex-basis: 100%; }
  .networks { grid-template-columns: repeat(5, 1fr); } }
`;
