/// The style sheet of every page.
///
/// One definition a colour, for light and dark at once; what is shown is chosen by `:has()`, so that no script is needed.
enum StyleSheet {
  static let text = base + layout + changes + filters + tables + map + print

  /// What a finding can be, as its card's class says.
  static let tones = ["breaking", "review", "addition", "correction", "note", "waived", "coverage"]

  private static let base = """
    :root {
      color-scheme: light dark;
      --ground: light-dark(#ffffff, #14171b);
      --raised: light-dark(#f6f7f9, #1c2026);
      --line: light-dark(#d5d9df, #363c45);
      --text: light-dark(#1b1f24, #e4e7eb);
      --faint: light-dark(#57606a, #9aa4b1);
      --link: light-dark(#0b57b0, #7db5ff);
      --breaking: light-dark(#b3201f, #ff8f88);
      --breaking-ground: light-dark(#fdeceb, #3a1d1e);
      --review: light-dark(#7f4f00, #f5bd5c);
      --review-ground: light-dark(#fdf3e0, #35290f);
      --addition: light-dark(#17693a, #74d396);
      --addition-ground: light-dark(#e6f5ec, #14301f);
      --correction: light-dark(#0b5f73, #6ecbe0);
      --correction-ground: light-dark(#e3f4f8, #10303a);
      --note: light-dark(#46566b, #a9b9cd);
      --note-ground: light-dark(#edf0f4, #232a33);
      --coverage: light-dark(#7a2a97, #dba3f2);
      --coverage-ground: light-dark(#f6eafb, #321d3b);
      --code: ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", "Liberation Mono", monospace;
    }
    :root:has(#theme-light:checked) { color-scheme: light; }
    :root:has(#theme-dark:checked) { color-scheme: dark; }
    * { box-sizing: border-box; }
    html { scroll-padding-top: 1rem; }
    body { margin: 0 auto; padding: 0 clamp(0.9rem, 3vw, 2.5rem) 3rem; max-width: 80rem;
      background: var(--ground); color: var(--text);
      font: 1rem/1.55 system-ui, "Segoe UI", "DejaVu Sans", "Liberation Sans", sans-serif; }
    h1, h2, h3, h4 { line-height: 1.3; overflow-wrap: anywhere; }
    h1 { text-wrap: balance; }
    p, li, dd, summary, legend, label, figcaption { overflow-wrap: anywhere; }
    h1 { font-size: 1.45rem; margin: 0.2rem 0 1rem; }
    h2 { font-size: 1.3rem; margin: 0 0 0.4rem; }
    h3 { font-size: 1rem; margin: 0; font-weight: 600; }
    p { margin: 0.5rem 0; }
    a { color: var(--link); text-underline-offset: 0.3em; text-decoration-thickness: 1px; text-decoration-skip-ink: none; }
    code, pre { font-family: var(--code); font-size: 0.875em; overflow-wrap: anywhere; }
    code { font-variant-ligatures: none; }
    :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px; }
    main:focus { outline: none; }
    .skip { position: absolute; left: -100vw; }
    .skip:focus { left: 1rem; top: 0.5rem; padding: 0.5rem 1rem; background: var(--ground); z-index: 2; }
    .faint { color: var(--faint); }
    .small { font-size: 0.875rem; }
    .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    .breaking { --tone: var(--breaking); --tone-ground: var(--breaking-ground); }
    .review { --tone: var(--review); --tone-ground: var(--review-ground); }
    .addition { --tone: var(--addition); --tone-ground: var(--addition-ground); }
    .correction { --tone: var(--correction); --tone-ground: var(--correction-ground); }
    .note { --tone: var(--note); --tone-ground: var(--note-ground); }
    .waived { --tone: var(--note); --tone-ground: var(--note-ground); }
    .coverage { --tone: var(--coverage); --tone-ground: var(--coverage-ground); }

    """

  private static let layout = """
    header { padding-top: 1.5rem; }
    .kicker { margin: 0; color: var(--faint); font-size: 0.875rem; letter-spacing: 0.02em; }
    .verdict { margin: 1rem 0; padding: 0.9rem 1.1rem; border-left: 6px solid var(--tone); border-radius: 6px;
      background: var(--tone-ground); }
    .verdict p { margin: 0; }
    .verdict .word { font-size: 1.35rem; font-weight: 700; color: var(--tone); }
    .counts { display: flex; flex-wrap: wrap; gap: 0.4rem 1.2rem; margin: 0.5rem 0 0; padding: 0; list-style: none; }
    .counts b { color: var(--tone); font-size: 1.1rem; }
    .builds { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(19rem, 100%), 1fr)); gap: 0.8rem;
      margin: 1rem 0; }
    .builds section { border: 1px solid var(--line); border-radius: 6px; padding: 0.6rem 0.9rem; min-width: 0; }
    .builds h3 { font-size: 1rem; }
    .builds dl { margin: 0; display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0 0.8rem;
      font-size: 0.875rem; }
    .builds dt { color: var(--faint); }
    .builds dd { margin: 0; overflow-wrap: anywhere; }
    .choices { display: flex; flex-wrap: wrap; gap: 0.5rem 1.5rem; margin: 1rem 0; }
    .choice { border: 1px solid var(--line); border-radius: 6px; margin: 0; padding: 0.15rem 0.8rem 0.4rem; min-width: 0; }
    .choice legend { color: var(--faint); font-size: 0.8rem; padding: 0 0.3rem; }
    .choice label { display: inline-flex; align-items: center; gap: 0.3rem; margin-right: 0.8rem; min-height: 1.75rem;
      cursor: pointer; }
    .choice input { accent-color: var(--link); width: 1.05rem; height: 1.05rem; }
    nav { margin: 1rem 0; }
    nav ul { display: flex; flex-wrap: wrap; gap: 0.3rem 0.5rem; margin: 0.3rem 0; padding: 0; list-style: none; }
    nav li a { display: inline-block; padding: 0.15rem 0.6rem; border: 1px solid var(--line); border-radius: 1rem;
      text-decoration: none; font-size: 0.875rem; }
    nav li[class] a { border-left: 4px solid var(--tone); }
    nav li a:hover { border-color: var(--link); }
    main > section { margin-top: 2.5rem; padding-top: 1.3rem; border-top: 1px solid var(--line); }
    footer { margin-top: 3rem; border-top: 1px solid var(--line); color: var(--faint); font-size: 0.875rem; }
    details { margin: 0.8rem 0; }
    summary { cursor: pointer; width: fit-content; color: var(--link); }
    .arrow { white-space: nowrap; }
    @media (min-width: 72rem) {
      .beside { display: grid; grid-template-columns: 25rem minmax(0, 1fr); gap: 0 2rem; align-items: start; }
    }
    .scroll { position: relative; overflow-x: auto; margin: 0.6rem 0; }

    """

  private static let changes = """
    .badge { display: inline-block; padding: 0 0.5rem; border-radius: 1rem; font-size: 0.8rem; font-weight: 600;
      line-height: 1.5; white-space: nowrap; justify-self: start; color: var(--tone); background: var(--tone-ground);
      border: 1px solid currentColor; }
    .overview { list-style: none; margin: 0.8rem 0; padding: 0; }
    .overview li { display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); gap: 0 0.8rem; padding: 0.35rem 0;
      border-bottom: 1px solid var(--line); align-items: baseline; }
    .overview .rule { color: var(--faint); font-size: 0.875rem; }
    .change { border: 1px solid var(--line); border-left: 5px solid var(--tone); border-radius: 6px; margin: 0.9rem 0;
      padding: 0.75rem 1rem; background: var(--raised); scroll-margin-top: 1rem; }
    .change:target { outline: 2px solid var(--tone); }
    .change h3 .badge { margin-right: 0.3rem; }
    .change p { margin: 0.35rem 0; }
    .compare { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: 0.6rem;
      margin: 0.6rem 0; }
    .compare div { min-width: 0; border: 1px solid var(--line); border-radius: 4px; background: var(--ground); }
    .compare h4 { margin: 0; padding: 0.1rem 0.7rem; font-size: 0.75rem; font-weight: 600; color: var(--faint);
      border-bottom: 1px solid var(--line); }
    .compare pre { margin: 0; padding: 0.45rem 0.7rem; white-space: pre-wrap; }
    del, ins { text-decoration: none; border-radius: 2px; }
    del { background: var(--breaking-ground); color: var(--breaking); text-decoration: line-through; }
    ins { background: var(--addition-ground); color: var(--addition); text-decoration: underline; }
    .label { color: var(--faint); font-size: 0.875rem; margin-right: 0.4rem; }
    .names { display: flex; flex-wrap: wrap; gap: 0.15rem 0.9rem; margin: 0.3rem 0; padding: 0; list-style: none; }
    .lines { margin: 0.4rem 0; padding: 0 0 0 1.1rem; }
    :root:has(#show-note:not(:checked)) .notes { display: none; }
    :root:has(#show-breaking:not(:checked)) .change.breaking,
    :root:has(#show-breaking:not(:checked)) .overview .breaking,
    :root:has(#show-review:not(:checked)) .change.review,
    :root:has(#show-review:not(:checked)) .overview .review,
    :root:has(#show-addition:not(:checked)) .change.addition,
    :root:has(#show-addition:not(:checked)) .overview .addition,
    :root:has(#show-correction:not(:checked)) .change.correction,
    :root:has(#show-correction:not(:checked)) .overview .correction,
    :root:has(#show-note:not(:checked)) .change.note,
    :root:has(#show-note:not(:checked)) .overview .note,
    :root:has(#show-waived:not(:checked)) .change.waived,
    :root:has(#show-waived:not(:checked)) .overview .waived { display: none; }

    """

  /// A context, and what leads to it, is shown as long as one of its findings is.
  private static let filters =
    ".context, nav li[class] { display: none; }\n"
    + tones.map { tone in
      let isShown = ":root:not(:has(#show-\(tone):not(:checked)))"
      return
        "\(isShown) .context:has(.change.\(tone)) { display: block; }\n\(isShown) nav li.has-\(tone) { display: list-item; }\n"
    }.joined() + "\n"

  private static let tables = """
    table { border-collapse: collapse; font-size: 0.875rem; }
    caption { text-align: left; color: var(--faint); padding: 0.2rem 0; }
    th, td { padding: 0.2rem 0.6rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
    thead th { vertical-align: bottom; border-bottom: 2px solid var(--line); font-weight: 600; }
    tbody th { font-weight: 400; }
    tbody tr:hover { background: var(--raised); }
    td.number { text-align: right; font-variant-numeric: tabular-nums; }
    .access thead th { max-width: 12rem; min-width: 4.5rem; overflow-wrap: break-word; font-size: 0.8rem; }
    .access tbody th, .history tbody th { white-space: nowrap; }
    .access td { font-family: var(--code); white-space: nowrap; }
    .access tbody th, .history tbody th { position: sticky; left: 0; background: var(--ground); }
    .access td.changed { background: var(--tone-ground); font-weight: 700; }
    .access td.none, .history td.none { color: var(--faint); }
    .history td { white-space: nowrap; }
    .history thead th { min-width: 4.5rem; max-width: 9rem; overflow-wrap: anywhere; font-size: 0.8rem; }
    .wide { max-width: none; }
    .wide .scroll { max-height: calc(100vh - 3rem); overflow: auto; }
    .wide .history thead th { position: sticky; top: 0; z-index: 1; background: var(--ground); }
    .wide .history thead th:first-child { left: 0; z-index: 2; }
    .wide .history th, .wide .history td { padding: 0.2rem 0.4rem; }
    .wide tr { scroll-margin-top: 4.5rem; }
    .wide tr:target { outline: 2px solid var(--link); outline-offset: -2px; }
    .words { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.2rem 0.8rem; margin: 0.4rem 0; }
    .words dd { margin: 0; }
    .history td.there { background: var(--raised); font-variant-numeric: tabular-nums; }
    .history td.who { white-space: normal; min-width: 11rem; font-size: 0.8rem; }
    .history .offset { font-family: var(--code); }
    a.badge { text-decoration: none; }

    """

  private static let map = """
    figure { margin: 1rem 0; }
    figcaption { color: var(--faint); font-size: 0.875rem; }
    .map { display: block; width: 100%; min-width: 34rem; max-width: 46rem; height: auto; }
    .map.one { min-width: 19rem; max-width: 25rem; }
    .map text { font: 11px var(--code); fill: var(--text); }
    .map .title { font-weight: 600; }
    .map .offset { fill: var(--faint); font-size: 10px; }
    .map .member rect { fill: var(--raised); stroke: var(--faint); stroke-width: 1; }
    .map .member { --tone: var(--faint); }
    .map .moved, .map .resized, .map .retyped { --tone: var(--breaking); --tone-ground: var(--breaking-ground); }
    .map .removed { --tone: var(--breaking); --tone-ground: var(--breaking-ground); }
    .map .renamed { --tone: var(--review); --tone-ground: var(--review-ground); }
    .map .added { --tone: var(--addition); --tone-ground: var(--addition-ground); }
    .map .moved rect, .map .resized rect, .map .retyped rect, .map .renamed rect, .map .added rect, .map .removed rect
      { fill: var(--tone-ground); stroke: var(--tone); }
    .map .removed rect { stroke-dasharray: 4 2; }
    .map .removed .name { text-decoration: line-through; }
    .map .hole { fill: none; stroke: var(--line); stroke-dasharray: 2 3; }
    .map .band { fill: var(--line); opacity: 0.35; }
    .map .band.moved, .map .band.resized, .map .band.retyped, .map .band.renamed { fill: var(--tone); opacity: 0.28; }
    .map .leader { stroke: var(--faint); fill: none; stroke-width: 0.75; }
    .map .mark { fill: var(--tone); }
    .map a:hover rect { stroke-width: 2; }
    .legend { display: flex; flex-wrap: wrap; gap: 0.1rem 1.1rem; margin: 0.3rem 0 0; padding: 0; list-style: none; }
    .legend i { display: inline-block; width: 0.9em; height: 0.9em; margin-right: 0.3em; vertical-align: -0.1em;
      background: var(--tone-ground, var(--raised)); border: 1px solid var(--tone, var(--faint)); }
    .legend i.removed { border-style: dashed; }
    .legend .moved { --tone: var(--breaking); --tone-ground: var(--breaking-ground); }

    """

  private static let print = """
    @media print {
      :root { color-scheme: light; }
      body { max-width: none; padding: 0; font-size: 10pt; }
      .choices, nav, .skip, footer, details.screen { display: none; }
      details::details-content { content-visibility: visible; display: block; height: auto; }
      summary { list-style: none; color: var(--text); }
      .change, figure, tr { break-inside: avoid; }
      h1, h2, h3, h4, caption, figcaption, summary { break-after: avoid; }
      h2 + *, h3 + p { break-before: avoid; }
      .scroll, .wide .scroll { overflow: visible; max-height: none; }
      .wide { page: across; }
      .wide .history { font-size: 6.5pt; width: 100%; }
      .wide .history th, .wide .history td { padding: 1px 3px; }
      .wide .history thead th { min-width: 0; position: static; font-size: 6pt; }
      .wide .history td.who { min-width: 0; font-size: 6pt; }
      .badge { border: 0; padding: 0; font-size: inherit; }
      a { color: inherit; text-decoration: none; }
      .map, .map.one { width: auto; max-width: 100%; min-width: 0; max-height: 21cm; }
      tbody th { position: static !important; }
      thead { display: table-header-group; }
    }
    @page across { size: A3 landscape; margin: 1cm; }

    """
}
