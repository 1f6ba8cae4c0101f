/** The report's whole look, light and dark. No fonts, scripts or pictures from elsewhere. */
export const style = `
:root { color-scheme: light dark; --bg: #fafaf9; --card: #fff; --ink: #1c1917; --quiet: #78716c; --rule: #e7e5e4; --soft: #f5f5f4;
  --accent: #4f46e5; --good: #15803d; --bad: #b91c1c; --warn: #b45309; --add: #dcfce7; --del: #fee2e2; --shadow: 0 1px 2px rgb(0 0 0 / .06), 0 4px 16px rgb(0 0 0 / .04); }
@media (prefers-color-scheme: dark) { :root { --bg: #0c0a09; --card: #1c1917; --ink: #f5f5f4; --quiet: #a8a29e; --rule: #292524; --soft: #292524;
  --accent: #a5b4fc; --good: #4ade80; --bad: #f87171; --warn: #fbbf24; --add: #14321f; --del: #3f1717; --shadow: none; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 1rem; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 15px/1.55 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 2.5rem 1.5rem 5rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: .35rem 0 .25rem; letter-spacing: -.02em; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.75rem 0 .9rem; letter-spacing: -.01em; }
h3 { font-size: 1.05rem; margin: 0; }
p { margin: .4rem 0; } a { color: inherit; } code, pre, .mono { font-family: ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; font-size: .86em; }
.quiet { color: var(--quiet); } .text { white-space: pre-wrap; overflow-wrap: anywhere; }
.chip { display: inline-block; padding: .1rem .6rem; border-radius: 99px; background: var(--soft); color: var(--quiet); font-size: .8rem; font-weight: 550; }
.chip.good { background: color-mix(in srgb, var(--good) 14%, transparent); color: var(--good); }
.chip.bad { background: color-mix(in srgb, var(--bad) 14%, transparent); color: var(--bad); }
.chip.warn { background: color-mix(in srgb, var(--warn) 16%, transparent); color: var(--warn); }
.chip.best { background: var(--accent); color: var(--card); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.2rem, 1fr)); gap: .75rem; margin: 1.4rem 0 0; }
.fact { background: var(--card); border: 1px solid var(--rule); border-radius: 12px; padding: .7rem 1.1rem; box-shadow: var(--shadow); }
.fact b { display: block; font-size: 1.3rem; font-weight: 650; font-variant-numeric: tabular-nums; letter-spacing: -.02em; }
.fact span { color: var(--quiet); font-size: .8rem; }
.trio { display: grid; grid-template-columns: repeat(auto-fit, minmax(220px, 1fr)); gap: 1rem; margin-top: 1rem; }
figure { margin: 0; } figure img { display: block; width: 100%; height: auto; border-radius: 10px; border: 1px solid var(--rule); background: var(--soft); }
figcaption { font-size: .82rem; color: var(--quiet); padding: .35rem .1rem 0; font-variant-numeric: tabular-nums; } figcaption b { color: var(--ink); }
.trio .is-best img { outline: 2px solid var(--accent); outline-offset: 2px; }
.nothing { display: grid; place-items: center; min-height: 7rem; padding: 1rem; border-radius: 10px; border: 1px dashed var(--rule); color: var(--quiet); font-size: .85rem; text-align: center; }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: 14px; padding: 1.1rem 1.25rem; margin: 0 0 1rem; box-shadow: var(--shadow); }
.card.best { border-color: var(--accent); }
.curve { width: 100%; height: auto; display: block; } .curve text { fill: var(--quiet); font-size: 11px; font-variant-numeric: tabular-nums; }
.curve .tick line { stroke: var(--rule); } .curve .line { fill: none; stroke: var(--quiet); stroke-width: 1.2; opacity: .55; }
.curve .steps { fill: none; stroke: var(--accent); stroke-width: 2.2; stroke-linejoin: round; } .curve .point { fill: var(--card); stroke: var(--quiet); stroke-width: 1.6; }
.curve .best { fill: var(--accent); stroke: var(--card); stroke-width: 2; } .curve .failure { fill: var(--bad); font-size: 15px; font-weight: 700; }
.curve .similarity path { fill: none; stroke: var(--good); stroke-width: 1.4; stroke-dasharray: 5 4; } .curve .similarity circle { fill: var(--good); } .curve .similarity text { fill: var(--good); }
.legend span { display: inline-block; width: 1.6rem; border-top: 2px solid var(--accent); vertical-align: middle; margin: 0 .3rem 0 .8rem; } .legend .similarity { border-top: 2px dashed var(--good); }
.round { display: grid; grid-template-columns: minmax(0, 19rem) minmax(0, 1fr); gap: 1.4rem; } .round .pictures { display: grid; gap: .7rem; align-content: start; }
.round header { display: flex; flex-wrap: wrap; gap: .5rem .6rem; align-items: baseline; margin-bottom: .5rem; } .round header .loss { font-variant-numeric: tabular-nums; font-weight: 600; }
.label { font-size: .74rem; text-transform: uppercase; letter-spacing: .06em; color: var(--quiet); font-weight: 600; margin: 1rem 0 .3rem; }
ul { margin: .2rem 0; padding-left: 1.1rem; } li { margin: .15rem 0; overflow-wrap: anywhere; } li::marker { color: var(--quiet); }
li .level { font-weight: 650; } .critical .level { color: var(--bad); } .major .level { color: var(--warn); } .minor .level { color: var(--quiet); }
.knobs { display: flex; flex-wrap: wrap; gap: .35rem; } .knob { background: var(--soft); border-radius: 7px; padding: .12rem .5rem; font-size: .82rem; overflow-wrap: anywhere; } .knob b { font-weight: 600; }
details { margin-top: .4rem; } summary { cursor: pointer; color: var(--quiet); font-size: .88rem; } summary:hover { color: var(--ink); }
pre { margin: .5rem 0 0; padding: .75rem .9rem; background: var(--soft); border-radius: 9px; overflow: auto; max-height: 30rem; line-height: 1.45; white-space: pre; } pre.wrap { white-space: pre-wrap; overflow-wrap: anywhere; }
pre .add { background: var(--add); display: block; } pre .del { background: var(--del); display: block; } pre .gap { color: var(--quiet); display: block; }
.error { background: color-mix(in srgb, var(--bad) 9%, transparent); border-radius: 9px; padding: .6rem .85rem; margin: .6rem 0 0; } .error b { color: var(--bad); }
table { width: 100%; border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; } th, td { text-align: left; padding: .4rem .7rem; border-bottom: 1px solid var(--rule); } th { color: var(--quiet); font-weight: 550; } td.n, th.n { text-align: right; }
.wide { overflow-x: auto; } tr.best td { font-weight: 650; } footer { margin-top: 3rem; color: var(--quiet); font-size: .82rem; }
@media (max-width: 760px) { .round { grid-template-columns: 1fr; } .round .pictures { grid-template-columns: 1fr 1fr; } main { padding: 1.25rem 1rem 3rem; } }
@media print { body { background: #fff; } .card, .fact { box-shadow: none; break-inside: avoid; } }
`;
