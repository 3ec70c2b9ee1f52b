/** How the documentation looks: light or dark, as whoever reads it has it. */
export const STYLE = /* css */ `
:root {
  color-scheme: light dark;
  --page: #ffffff;
  --raised: #f5f7f9;
  --text: #1c2128;
  --quiet: #57606a;
  --line: #d9dfe5;
  --link: #0a5c8f;
  --get: #0b6b50;
  --post: #7a4a00;
  --delete: #a3262c;
  --mark: #fff4d1;
  --sans: ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Code", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1318;
    --raised: #171d24;
    --text: #e4e8ed;
    --quiet: #9ba6b2;
    --line: #2b333d;
    --link: #7cc0f0;
    --get: #5fd0ab;
    --post: #f0b45f;
    --delete: #ff8e8b;
    --mark: #3a3113;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 4.5rem; -webkit-text-size-adjust: 100%; }
body {
  margin: 0;
  background: var(--page);
  color: var(--text);
  font: 1rem/1.6 var(--sans);
}
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 3px; }
main:focus { outline: none; }
code, pre { font-family: var(--mono); font-size: 0.875em; }
code { overflow-wrap: anywhere; }
ul { margin: 0; padding: 0; list-style: none; }
p { margin: 0.5rem 0; }
h1, h2, h3, h4 { line-height: 1.25; text-wrap: balance; }
h1 { font-size: 2.25rem; letter-spacing: -0.02em; margin: 0.5rem 0; }
h2 { font-size: 1.6rem; letter-spacing: -0.01em; margin: 0 0 0.25rem; }
h3 { font-size: 1.15rem; margin: 0 0 0.5rem; }
h3 a { color: inherit; }
h4 {
  margin: 1.5rem 0 0.5rem;
  color: var(--quiet);
  font-size: 0.75rem;
  font-weight: 600;
  letter-spacing: 0.06em;
  text-transform: uppercase;
}
.lead { max-width: 44rem; color: var(--quiet); font-size: 1.0625rem; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 0.75rem; z-index: 3; padding: 0.25rem 0.75rem; background: var(--page); }

header {
  position: sticky;
  top: 0;
  z-index: 2;
  display: flex;
  gap: 1.5rem;
  align-items: center;
  height: 3.5rem;
  padding: 0 1.5rem;
  overflow-x: auto;
  background: var(--page);
  border-bottom: 1px solid var(--line);
  white-space: nowrap;
}
header .brand { color: inherit; font-weight: 700; letter-spacing: -0.01em; }
header nav { display: flex; gap: 1.25rem; }
header nav a { padding: 0.25rem 0; color: var(--quiet); font-size: 0.9375rem; }
header nav a[aria-current] { color: var(--text); box-shadow: 0 2px 0 var(--get); }

.contents { padding: 1rem 1.5rem 0; font-size: 0.9375rem; }
.contents > ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; }
.contents > ul > li > a { display: inline-block; padding: 0.25rem 0; }
.contents ul ul { display: none; }

main { min-width: 0; padding: 0 1.5rem 6rem; }
section { padding-top: 2.5rem; }
section + section { margin-top: 3rem; border-top: 1px solid var(--line); }
article { padding: 2rem 0; }
article + article { border-top: 1px solid var(--line); }
article:target { box-shadow: -1.25rem 0 0 var(--page), -1.4375rem 0 0 var(--get); }
tr:target { background: var(--mark); }
.what { min-width: 0; max-width: 46rem; }

.addresses { display: grid; gap: 0.25rem; margin-bottom: 0.75rem; }
.addresses li { display: flex; gap: 0.6rem; align-items: baseline; }
.method {
  flex: none;
  color: var(--quiet);
  font: 700 0.6875rem/1.6 var(--mono);
  letter-spacing: 0.04em;
}
.method.get { color: var(--get); }
.method.post { color: var(--post); }
.method.delete { color: var(--delete); }
.addresses .method { min-width: 3.4rem; padding: 0 0.4rem; border: 1px solid; border-radius: 4px; text-align: center; }

dl { margin: 0; }
dd { margin: 0; }
.members > div { padding: 0.6rem 0; border-top: 1px solid var(--line); }
.members dt { display: flex; flex-wrap: wrap; gap: 0 0.75rem; align-items: baseline; }
.members dt > code { font-weight: 600; }
.members p { margin: 0.1rem 0 0; color: var(--quiet); font-size: 0.9375rem; }
.type, .place, .optional, .meaning { color: var(--quiet); font-size: 0.875rem; }
.type { overflow-wrap: anywhere; }
.place, .optional, .ends { font-style: italic; }
.ends { color: var(--post); white-space: nowrap; }
details { margin-top: 0.25rem; font-size: 0.9375rem; }
summary { color: var(--link); cursor: pointer; }
details > .members { margin: 0.5rem 0 0; padding-left: 1rem; border-left: 2px solid var(--line); }
details > .members > div:first-child { border-top: 0; }

.responses > div { display: grid; grid-template-columns: 3rem minmax(0, 1fr); gap: 0.75rem; padding: 0.5rem 0; border-top: 1px solid var(--line); }
.responses dt { font: 600 0.875rem/1.6rem var(--mono); color: var(--quiet); }
.responses dt.status-2, .responses dt.status-1 { color: var(--get); }
.responses dt.status-4, .responses dt.status-5 { color: var(--delete); }
.responses p { margin: 0; font-size: 0.9375rem; }
.responses p + p, .responses ul + p { margin-top: 0.25rem; }
.content li { margin: 0.25rem 0; font-size: 0.9375rem; }
.content .members { margin-top: 0.25rem; }

pre {
  margin: 0;
  padding: 0.875rem 1rem;
  overflow: auto;
  max-height: 30rem;
  background: var(--raised);
  border: 1px solid var(--line);
  border-radius: 8px;
  font-size: 0.8125rem;
  line-height: 1.55;
  tab-size: 2;
}
pre code { font-size: inherit; overflow-wrap: normal; }
.key { color: var(--link); }
.text { color: var(--get); }
.command { white-space: pre-wrap; user-select: all; cursor: copy; }
.command code { overflow-wrap: anywhere; }
.example { margin-top: 2rem; }
.example h4:first-child { margin-top: 0; }

.facts { display: grid; gap: 1.25rem 2.5rem; margin: 1.5rem 0; }
.facts dt { font-weight: 600; }
.facts dd { color: var(--quiet); }
.facts code { white-space: nowrap; }
#start > pre { max-width: 46rem; }

.table { overflow-x: auto; margin-top: 1rem; }
table { border-collapse: collapse; font-size: 0.9375rem; }
th, td { padding: 0.5rem 1.5rem 0.5rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: baseline; }
th { color: var(--quiet); font-size: 0.8125rem; font-weight: 600; }
td code { white-space: nowrap; }
th:first-child, td:first-child { padding-left: 0.5rem; }

@media (min-width: 48rem) {
  .facts { grid-template-columns: 1fr 1fr; max-width: 64rem; }
}
@media (min-width: 64rem) {
  body { display: grid; grid-template-columns: 17.5rem minmax(0, 1fr); grid-template-rows: auto 1fr; }
  header { grid-column: 1 / -1; }
  .contents {
    position: sticky;
    top: 3.5rem;
    align-self: start;
    height: calc(100vh - 3.5rem);
    overflow-y: auto;
    padding: 1.5rem 0.75rem 3rem 1.5rem;
    border-right: 1px solid var(--line);
    font-size: 0.875rem;
    line-height: 1.4;
  }
  .contents > ul { display: block; }
  .contents > ul > li { margin-bottom: 1.25rem; }
  .contents > ul > li > a { color: inherit; font-weight: 600; }
  .contents ul ul { display: block; }
  .contents ul ul a { display: flex; gap: 0.4rem; align-items: baseline; padding: 0.25rem 0.5rem; margin-left: -0.5rem; border-radius: 6px; color: var(--quiet); overflow-wrap: anywhere; }
  .contents ul ul a:hover { background: var(--raised); color: var(--text); text-decoration: none; }
  .contents .method { width: 2.6rem; font-size: 0.625rem; }
  main { padding: 0 2.5rem 8rem; }
}
@media (min-width: 80rem) {
  article { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 28rem); gap: 0 2.5rem; align-items: start; }
  article.shape { display: block; max-width: 46rem; }
  .example { position: sticky; top: 5rem; margin-top: 0; }
}
@media print {
  header, .contents { display: none; }
}
`;
