/** The style of the pages: one column, the system's fonts, light and dark by what the reader chose. */
export const style = `
:root{color-scheme:light dark;--bg:#fbfbf9;--card:#fff;--text:#1c1e21;--soft:#59606a;--line:#dcdfe4;--link:#0b57d0;--code:#f2f3f5;
--good:#14713d;--good-text:#fff;--bad:#b3261e;--warn-bg:#fff4d6;--warn-line:#c98a00;--warn-text:#4d3600;--mark:#ffd33d;--mark-text:#1c1e21}
@media (prefers-color-scheme:dark){:root{--bg:#131518;--card:#1b1e23;--text:#e7e9ec;--soft:#a4abb5;--line:#343a43;--link:#8ab4f8;
--code:#23272e;--good:#7fd99f;--good-text:#0b2314;--bad:#ff9d94;--warn-bg:#3a2f12;--warn-line:#d9a62b;--warn-text:#ffe7ad;--mark:#7a5d00;--mark-text:#fff}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--text);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
header{display:flex;flex-wrap:wrap;align-items:center;gap:.25rem 1rem;padding:.6rem 1rem;border-bottom:1px solid var(--line);background:var(--card)}
main{max-width:50rem;margin:0 auto;padding:1rem 1rem 4rem}
main:focus{outline:none}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.brand{font-weight:700;color:var(--text);text-decoration:none;display:inline-flex;align-items:center;gap:.4rem}
.keys{width:1.1rem;height:1.1rem;background:url(/assets/icon.svg) center/contain no-repeat}
nav{display:flex;gap:.25rem}
nav a{padding:.35rem .6rem;border-radius:.4rem;text-decoration:none;color:var(--soft)}
nav a[aria-current=page]{color:var(--text);background:var(--code)}
.out{margin-left:auto;display:flex;align-items:center;gap:.6rem;min-width:0}
.me{color:var(--soft);overflow:hidden;text-overflow:ellipsis;white-space:nowrap;max-width:12rem}
h1{font-size:1.5rem;line-height:1.25;margin:.5rem 0 .25rem;overflow-wrap:anywhere}
h2{font-size:1rem;margin:1.5rem 0 .4rem}
.hint,.who,.until,.needs,.empty{color:var(--soft);margin:.15rem 0}
.hint{font-size:.875rem}
ul{padding-left:1.2rem;margin:.3rem 0}
.cards,.logins{list-style:none;padding:0;margin:1rem 0;display:grid;gap:.75rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.8rem 1rem;overflow-wrap:anywhere}
.card.new{border-color:var(--link)}
.title{font-weight:650;font-size:1.05rem}
.prefix,code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--code);border-radius:.3rem;padding:.05rem .35rem;font-size:.9em}
.badge{display:inline-block;font-size:.8rem;border:1px solid var(--line);border-radius:1rem;padding:0 .6rem;color:var(--soft)}
.end-denied{color:var(--bad);border-color:currentColor}.end-consumed{color:var(--good);border-color:currentColor}
.reason{display:block;color:var(--soft);overflow-wrap:anywhere}
.facts{margin:1rem 0;background:var(--card);border:1px solid var(--line);border-radius:.6rem}
.facts div{display:grid;grid-template-columns:7rem 1fr;gap:.75rem;padding:.5rem 1rem;border-top:1px solid var(--line)}
.facts div:first-child{border-top:0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}dd .hint{display:block}
pre.exact{margin:0;background:var(--code);border:1px solid var(--line);border-radius:.5rem;padding:.6rem .8rem;
font:.85rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere;direction:ltr;unicode-bidi:bidi-override}
.row{display:block;direction:ltr;unicode-bidi:bidi-override;padding-left:1ch;text-indent:-1ch;min-height:1.5em}
mark{background:var(--mark);color:var(--mark-text);border-radius:.15rem}
h1,.title,.who,.needs,.effects li,.facts dd,.facts .hint{direction:ltr;unicode-bidi:bidi-override}
.me,.reason,.answers li,#answers li{unicode-bidi:isolate}
.warning{background:var(--warn-bg);color:var(--warn-text);border-left:4px solid var(--warn-line);border-radius:.3rem;padding:.55rem .8rem;margin:.75rem 0}
.over{background:var(--code);border-left:4px solid var(--link);border-radius:.3rem;padding:.55rem .8rem}
.forms{display:grid;gap:1rem;grid-template-columns:1fr 1fr}
.forms form{display:flex;flex-direction:column;gap:.5rem;background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:1rem}
.forms button{margin-top:auto}.forms p{margin:0}
label{font-weight:600}label .hint{font-weight:400}
input,textarea{font:inherit;color:inherit;background:var(--bg);border:1px solid var(--soft);border-radius:.4rem;padding:.5rem .6rem;width:100%}
input#typed{font-family:ui-monospace,monospace;letter-spacing:.1em}
button,.button{display:inline-block;font:inherit;font-weight:650;border-radius:.45rem;border:2px solid transparent;padding:.6rem 1.1rem;min-height:2.75rem;cursor:pointer;text-align:center;text-decoration:none}
.approve{background:var(--good);color:var(--good-text)}
.deny{background:transparent;color:var(--bad);border-color:var(--bad)}
.button{background:var(--link);color:var(--card)}
.plain{background:none;border:0;color:var(--link);font-weight:400;padding:.25rem .4rem;min-height:0}
button:disabled{background:var(--code);color:var(--soft);border-color:var(--line);cursor:not-allowed}
textarea:disabled{background:var(--code)}
.skip{position:absolute;left:-100rem}.skip:focus{left:1rem;top:.5rem;background:var(--card);padding:.5rem}
.visually-hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
[hidden]{display:none}
@media (max-width:36rem){.forms{grid-template-columns:1fr}.facts div{grid-template-columns:1fr;gap:0}.me{max-width:8rem}main{padding:.75rem .75rem 3rem}}
`

/** Two keys. */
export const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" fill="none" stroke-width="3" stroke-linecap="round"><g stroke="#2c9a5a"><circle cx="9" cy="9" r="5"/><path d="m13 13 14 14m-4-4 3-3"/></g><g stroke="#4c86ee"><circle cx="23" cy="9" r="5"/><path d="M19 13 5 27m4-4-3-3"/></g></svg>'
