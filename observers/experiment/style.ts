/** What an experiment's page adds to the look of a report; its quieter colours have a contrast of 4.5 and more on every ground. */
export const style = `
:root { --quiet: #5f5953; --good: #166534; --bad: #991b1b; --warn: #8a3b08; --a: #4338ca; --b: #9a3412; }
@media (prefers-color-scheme: dark) { :root { --quiet: #b8b2ad; --good: #86efac; --bad: #fca5a5; --warn: #fcd34d; --a: #a5b4fc; --b: #fdba74; } }
html { scroll-padding-top: 6rem; } main { max-width: 1200px; } [hidden] { display: none !important; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.verdict { font-size: 1.12rem; border-left: 4px solid var(--accent); padding: .2rem 0 .2rem 1rem; margin: 1.4rem 0 0; max-width: 62rem; }
.warnings { border: 1px solid var(--warn); border-radius: 12px; padding: .6rem 1.1rem; margin-top: 1rem; } .warnings b { color: var(--warn); }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.bar-of-choice { position: sticky; top: 0; z-index: 5; background: var(--bg); border-bottom: 1px solid var(--rule); padding: .6rem 0; margin-top: 1.5rem; display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; font-size: .88rem; }
.bar-of-choice #shown { flex: 1 1 14rem; } .controls { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; font-size: .88rem; margin: .6rem 0; }
select, input, .plain { font: inherit; color: var(--ink); background: var(--card); border: 1px solid var(--quiet); border-radius: 8px; padding: .25rem .55rem; max-width: 100%; } .plain { cursor: pointer; }
label select { max-width: 19rem; }
caption { text-align: left; color: var(--quiet); font-size: .82rem; padding-bottom: .3rem; } td small { display: block; color: var(--quiet); white-space: nowrap; }
.grid { width: auto; border-collapse: separate; border-spacing: .35rem; } .grid td, .grid th { border: 0; padding: 0; vertical-align: top; } .grid th { color: var(--ink); padding: .4rem .5rem; overflow-wrap: break-word; min-width: 5.5rem; max-width: 14rem; }
.grid td { height: 1px; } .cell { display: flex; flex-direction: column; align-items: flex-start; width: 100%; height: 100%; min-width: 10.5rem; min-height: 6.4rem; text-align: left; font: inherit; color: var(--ink); border: 1px solid var(--rule); border-radius: 10px; padding: .55rem .75rem; background: color-mix(in srgb, var(--accent) var(--tint, 0%), var(--card)); }
button.cell { cursor: pointer; } .cell b { display: block; font-size: 1.25rem; font-variant-numeric: tabular-nums; } .cell span { display: block; font-size: .78rem; } .cell .chip { width: auto; margin: .3rem .3rem 0 0; color: var(--ink); } .cell .chip.best { color: var(--card); }
.cell.empty { border: 2px dashed var(--quiet); } .cell.left-out { background: repeating-linear-gradient(135deg, var(--soft) 0 6px, var(--card) 6px 12px); } .cell.empty b, .cell.left-out b { font-size: 1rem; }
.cell[aria-pressed="true"] { outline: 3px solid var(--ink); outline-offset: 1px; } .cell[aria-pressed="true"]::after { content: "✓ chosen"; font-size: .78rem; font-weight: 650; }
.ranking th, .ranking td { padding: .4rem .5rem; } .ranking th[scope="row"] { color: var(--ink); min-width: 11rem; } .ranking .pinned > * { background: var(--soft); border-bottom: 2px solid var(--quiet); }
.whisker { position: relative; display: block; width: 5.5rem; height: 1.1rem; } .whisker i { position: absolute; top: .5rem; height: .14rem; min-width: 2px; background: var(--quiet); } .whisker b { position: absolute; top: .22rem; width: .65rem; height: .65rem; margin-left: -.33rem; border-radius: 50%; background: var(--accent); }
.chart { min-height: 320px; } #scatter { max-width: 34rem; } .told { min-height: 1.6em; font-size: .85rem; color: var(--quiet); } .uplot, .uplot *, .uplot *::before, .uplot *::after { box-sizing: border-box; } .u-over { overflow: visible; }
.point { position: absolute; transform: translate(-50%, -50%); min-width: 1.5rem; height: 1.5rem; padding: 0 .3rem; border-radius: 99px; border: 2px solid var(--card); background: var(--quiet); color: var(--card); font: 650 .78rem/1 system-ui, sans-serif; cursor: pointer; } .point:hover, .point:focus-visible { z-index: 2; }
.point.front { background: var(--accent); } .point.a-better, .point.b-better, .point.equal { min-width: 0; width: 1rem; height: 1rem; padding: 0; } .point.a-better { background: var(--a); } .point.b-better { background: var(--b); border-radius: 2px; } .point.equal { border-radius: 2px; transform: translate(-50%, -50%) rotate(45deg); }
i.bar { position: absolute; width: 2px; margin-left: -1px; background: var(--quiet); opacity: .7; }
.key span::before { content: ""; display: inline-block; width: .8rem; height: .8rem; margin: 0 .35rem 0 .9rem; background: var(--a); border-radius: 50%; vertical-align: -.08rem; } .key .b::before { background: var(--b); border-radius: 2px; } .key .equal::before { background: var(--quiet); border-radius: 2px; transform: rotate(45deg) scale(.8); }
.item h3 { overflow-wrap: anywhere; } .strip { display: grid; grid-template-columns: repeat(auto-fill, minmax(165px, 1fr)); gap: .9rem; margin-top: .7rem; } .strip .given img { outline: 2px solid var(--quiet); outline-offset: 1px; }
figcaption { overflow-wrap: anywhere; } .sent { display: grid; grid-template-columns: repeat(auto-fill, minmax(130px, 1fr)); gap: .7rem; }
.pair { position: relative; max-width: 24rem; margin-top: .8rem; } .pair img { display: block; width: 100%; height: auto; border-radius: 10px; image-rendering: auto; } .pair .over { position: absolute; inset: 0; height: 100%; }
@media (min-width: 1000px) { .compared { display: grid; grid-template-columns: 24rem minmax(0, 1fr); gap: 1.4rem; } }
.range { display: grid; grid-template-columns: 1fr auto 1fr; gap: .6rem; align-items: center; max-width: 24rem; font-size: .8rem; } .range span:last-child { text-align: right; } .range input { padding: 0; width: 9rem; accent-color: var(--accent); }
pre .same { display: block; } pre .add, pre .del { min-height: 1.2em; }
@media (max-width: 760px) { .bar-of-choice { position: static; } html { scroll-padding-top: 1rem; } .strip { grid-template-columns: repeat(2, minmax(0, 1fr)); } .cell { min-width: 9rem; } label select { max-width: 100%; } .ranking th[scope="row"] { min-width: 8rem; } }
@media print { .bar-of-choice, .controls { display: none; } }
`;
