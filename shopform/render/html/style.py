"""How the report looks: two palettes and one style sheet, with no font or picture from outside."""

from shopform.render.html.markup import Markup

# Name: (light, dark). Texts on their grounds keep a contrast of at least 4.5 to 1 (WCAG AA).
PALETTE = {
    "ground": ("#f5f5f2", "#111418"),
    "paper": ("#ffffff", "#191d23"),
    "sunk": ("#f0f0ec", "#22272f"),
    "line": ("#dedfda", "#2f3640"),
    "ink": ("#1c2128", "#e7eaee"),
    "muted": ("#59616c", "#a0a9b6"),
    "link": ("#1d5aa6", "#8fbcff"),
    "create": ("#166b41", "#74d3a0"),
    "create-ground": ("#e4f3ea", "#15301f"),
    "update": ("#7d5200", "#e8bb62"),
    "update-ground": ("#fbf0d7", "#342a12"),
    "destroy": ("#a8231b", "#ff9f96"),
    "destroy-ground": ("#fceae8", "#3c1d1b"),
    "state": ("#1d5aa6", "#8fbcff"),
    "state-ground": ("#e7effa", "#182a42"),
}


def _palette(side: int) -> str:
    return "".join(f"--{name}:{colours[side]};" for name, colours in PALETTE.items())


_LIGHT, _DARK = _palette(0), _palette(1)

_COLOURS = f"""
:root{{{_LIGHT}color-scheme:light}}
@media (prefers-color-scheme:dark){{:root{{{_DARK}color-scheme:dark}}}}
:root[data-theme=light]{{{_LIGHT}color-scheme:light}}
:root[data-theme=dark]{{{_DARK}color-scheme:dark}}
@media print{{:root,:root[data-theme]{{{_LIGHT}color-scheme:light}}}}
"""

_PAGE = """
*,*::before,*::after{box-sizing:border-box}
html{scroll-padding-top:9rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);overflow-wrap:anywhere;
 font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
main,.top,footer{max-width:72rem;margin-inline:auto;padding-inline:clamp(1rem,4vw,2.5rem)}
code,.mono,.diff,.text{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",
 monospace;font-size:.875em;font-variant-ligatures:none}
a{color:var(--link);text-decoration-thickness:1px;text-underline-offset:.2em}
a:focus-visible,button:focus-visible,input:focus-visible,summary:focus-visible{
 outline:2px solid var(--link);outline-offset:2px;border-radius:4px}
h1,h2,h3,p,ul,ol,dl,dd{margin:0}
h1{font-size:clamp(1.6rem,1.2rem + 2vw,2.4rem);line-height:1.2;letter-spacing:-.022em;
 font-weight:650;text-wrap:balance}
h2{font-size:1.25rem;letter-spacing:-.012em;font-weight:650;margin-bottom:1rem}
h3{font-size:1rem;font-weight:600;display:inline}
section{margin-top:3rem}
.muted{color:var(--muted)}
.small{font-size:.875rem}
.num{font-variant-numeric:tabular-nums}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.skip{position:absolute;left:-100vw;top:.5rem;background:var(--paper);padding:.5rem 1rem;z-index:9}
.skip:focus{left:.5rem}
.top{padding-top:clamp(1.75rem,5vw,3.5rem);position:relative}
.eyebrow{color:var(--muted);font-size:.875rem;margin-bottom:.6rem;padding-right:7rem}
.eyebrow code{color:var(--ink)}
.theme{position:absolute;top:clamp(1.4rem,4.6vw,3.1rem);right:clamp(1rem,4vw,2.5rem)}
.tiles{display:flex;flex-wrap:wrap;gap:.75rem;margin:1.75rem 0 1.25rem;padding:0;list-style:none}
.tile{background:var(--tone-ground);color:var(--tone);border-radius:12px;padding:.8rem 1.15rem;
 min-width:7rem}
.tile b{display:block;font-size:1.75rem;line-height:1.15;font-weight:650;letter-spacing:-.02em}
.verdict{background:var(--destroy-ground);color:var(--destroy);border-radius:12px;
 padding:.9rem 1.15rem;font-weight:600;margin-top:1.5rem}
footer{padding-block:3.5rem 4rem}
footer dl{display:grid;grid-template-columns:max-content 1fr;gap:.35rem 1.5rem;
 border-top:1px solid var(--line);padding-top:1.5rem;font-size:.875rem}
footer dt{color:var(--muted)}
.create{--tone:var(--create);--tone-ground:var(--create-ground)}
.update{--tone:var(--update);--tone-ground:var(--update-ground)}
.delete,.replace,.forget,.error{--tone:var(--destroy);--tone-ground:var(--destroy-ground)}
.import,.move,.state{--tone:var(--state);--tone-ground:var(--state-ground)}
.warning{--tone:var(--update);--tone-ground:var(--update-ground)}
.none{--tone:var(--muted);--tone-ground:var(--sunk)}
.badge{display:inline-block;background:var(--tone-ground);color:var(--tone);border-radius:6px;
 padding:.05rem .5rem;font-size:.8125rem;font-weight:600;white-space:nowrap}
.notes{list-style:none;padding:0;display:grid;gap:.75rem}
.note{background:var(--paper);border:1px solid var(--line);border-left:4px solid var(--tone);
 border-radius:10px;padding:.85rem 1.15rem}
.note p+p{margin-top:.3rem}
"""

_CONTROLS = """
button,input{font:inherit;color:inherit}
.tools,.theme{display:none}
.js .tools{display:grid;gap:.6rem;position:sticky;top:0;z-index:2;background:var(--ground);
 padding-block:.75rem;margin-bottom:1rem;border-bottom:1px solid var(--line)}
.js .theme{display:block}
.group{display:flex;flex-wrap:wrap;gap:.4rem;align-items:center}
button{background:var(--paper);border:1px solid var(--line);border-radius:999px;cursor:pointer;
 padding:.25rem .8rem;font-size:.875rem;line-height:1.5}
button:hover{border-color:var(--muted)}
button span{color:var(--muted);font-variant-numeric:tabular-nums;margin-left:.3rem}
button[aria-pressed=true]{background:var(--ink);border-color:var(--ink);color:var(--ground)}
button[aria-pressed=true] span{color:inherit}
input[type=search]{background:var(--paper);border:1px solid var(--muted);border-radius:8px;
 padding:.35rem .75rem;flex:1 1 14rem;min-width:0;font-size:1rem}
.tools output{color:var(--muted);font-size:.875rem;white-space:nowrap}
[hidden]{display:none!important}
"""

_CARDS = """
p+.cards{margin-top:1rem}
.cards{display:grid;gap:.9rem}
.card{background:var(--paper);border:1px solid var(--line);border-radius:12px;min-width:0;
 content-visibility:auto;contain-intrinsic-size:auto 9rem}
.card>summary{padding:.85rem 2.75rem .85rem 1.15rem;position:relative;cursor:pointer;
 display:flex;flex-wrap:wrap;gap:.2rem .75rem;align-items:baseline;list-style:none}
.card>summary::-webkit-details-marker{display:none}
.card>summary .badge{min-width:5.4rem;text-align:center}
.card>summary .label{color:var(--muted);margin-right:auto}
.card>summary::after{content:"";width:.45rem;height:.45rem;border:solid var(--muted);
 border-width:0 1.5px 1.5px 0;transform:rotate(45deg);position:absolute;right:1.3rem;top:1.25rem}
.card[open]>summary::after{transform:rotate(225deg);top:1.4rem}
.body{padding:0 1.15rem 1.05rem}
.remarks{list-style:none;padding:0;color:var(--muted);font-size:.875rem;margin-bottom:.6rem}
.remarks li::first-letter{text-transform:uppercase}
.fields{width:100%;border-collapse:collapse;table-layout:fixed;font-size:.9375rem}
.fields th,.fields td{text-align:left;vertical-align:top;padding:.5rem .75rem .5rem 0;
 border-top:1px solid var(--line);font-weight:400}
.fields thead th{border:0;color:var(--muted);font-size:.8125rem;padding-block:0 .3rem}
.fields .name{width:11.5rem}
.fields.one thead{display:none}
.fields.one th{width:11.5rem}
.fields.one .was,.fields.one .is{color:inherit}
.fields tbody th{color:var(--muted)}
.fields td:last-child{padding-right:0}
.plain{white-space:pre-wrap}
.was,.gone{color:var(--destroy)}
.is,.come{color:var(--create)}
.nil{color:var(--muted);font-style:italic}
.text{white-space:pre-wrap;margin:.35rem 0 0;background:var(--sunk);border-radius:8px;
 padding:.6rem .8rem;line-height:1.6}
.diff{width:100%;border-collapse:separate;border-spacing:0;table-layout:fixed;line-height:1.6;
 border:1px solid var(--line);border-radius:8px;overflow:hidden}
.fields .diff td{border:0;padding:.12rem .7rem .12rem 1.6rem;white-space:pre-wrap;
 position:relative}
.fields .diff td+td{border-left:1px solid var(--line)}
.diff td.old{background:var(--destroy-ground)}
.diff td.new{background:var(--create-ground)}
.diff td.old::before,.diff td.new::before{position:absolute;left:.6rem;font-weight:650}
.diff td.old::before{content:"\\2212";color:var(--destroy)}
.diff td.new::before{content:"+";color:var(--create)}
.diff td.void{background:var(--sunk)}
del,ins{text-decoration:none;border-radius:3px}
.diff del,.diff ins{font-weight:650;text-decoration:underline;text-decoration-thickness:2px;
 text-underline-offset:.18em}
.diff del{color:var(--destroy)}
.diff ins{color:var(--create)}
.diff .whole{font-weight:400;text-decoration:none;color:inherit}
.list{list-style:none;padding:0;display:grid;gap:.3rem}
.was .list,.is .list{color:var(--ink)}
.list .come{color:var(--create)}
.list del{text-decoration:line-through}
.item{display:flex;flex-wrap:wrap;gap:0 .9rem}
details.long>summary{cursor:pointer}
details.fold>summary{cursor:pointer;color:var(--muted);font-size:.875rem;width:fit-content}
.fields .diff .fold td{padding:.2rem .7rem;color:var(--muted);background:var(--sunk)}
.body>.fold{margin-top:.6rem}
.body>.fold>table{margin-top:.5rem}
"""

_TREES = """
.sides{display:grid;grid-template-columns:1fr 1fr;gap:1rem}
.side{background:var(--paper);border:1px solid var(--line);border-radius:12px;
 padding:1rem 1.15rem;min-width:0}
.side>h3{display:block;color:var(--muted);font-size:.875rem;margin-bottom:.4rem}
.tree,.tree ul{list-style:none;padding:0}
.tree ul{margin-left:.45rem;padding-left:.95rem;border-left:1px solid var(--line)}
.tree li{padding-block:.1rem}
.tree a{color:var(--tone);text-decoration:none;font-weight:600}
.tree a:hover{text-decoration:underline}
.tree .sign{display:inline-block;min-width:1.35em;text-align:center;border-radius:4px;
 background:var(--tone-ground);color:var(--tone);font-weight:650;margin-right:.35rem}
.tree .delete .label{text-decoration:line-through}
.steps{padding:0;list-style:none;counter-reset:step;font-size:.9375rem;margin-top:1rem;
 background:var(--paper);border:1px solid var(--line);border-radius:12px}
.steps li{counter-increment:step;display:grid;grid-template-columns:3rem 4.8rem 1fr;gap:.1rem .6rem;
 padding:.5rem 1.15rem .5rem 0;border-top:1px solid var(--line);align-items:baseline}
.steps li:first-child{border:0}
.steps li::before{content:counter(step);color:var(--muted);text-align:right;
 font-variant-numeric:tabular-nums;font-size:.875rem}
.steps .more{grid-column:3}
"""

_NARROW = """
@media (max-width:44rem){
 .sides{grid-template-columns:1fr}
 .tiles{gap:.5rem}
 .tile{min-width:5.6rem;padding:.6rem .8rem}
 .js .tools{position:static}
 html{scroll-padding-top:1rem}
 .fields,.fields tbody,.fields tr,.fields th,.fields td,.diff,.diff tbody,.diff tr,.diff td{
  display:block;width:auto}
 .fields thead{display:none}
 .fields tbody th{padding-bottom:0;font-size:.875rem}
 .fields td{border:0;padding-block:.1rem .35rem}
 .fields .was::before,.fields .is::before{content:attr(data-side);display:block;
  color:var(--muted);font-size:.75rem}
 .fields .diff td+td{border-left:0}
 .diff td.void,.diff tr.same td+td{display:none}
 .steps li{grid-template-columns:2.2rem 4.4rem 1fr}
 .steps .more{grid-column:2/-1}
 footer dl{grid-template-columns:1fr;gap:0}
 footer dd{margin-bottom:.6rem}
}
@media print{
 body{background:none;font-size:10pt}
 main,.top,footer{max-width:none;padding-inline:0}
 .js .tools,.js .theme,.skip{display:none}
 .card{content-visibility:visible}
 .card,.note,.side{border-radius:4px}
 .card>summary::after{display:none}
 details::details-content{content-visibility:visible;height:auto}
 .cards{gap:.5rem}
 .card>summary{padding-block:.45rem}
 .body{padding-bottom:.45rem}
 .fields th,.fields td{padding-block:.25rem}
 tr,.note,.tile,.steps li{break-inside:avoid}
 h2,.card>summary{break-after:avoid}
 a{color:inherit;text-decoration:none}
 .badge,.tile,.note,.verdict,.text,.diff td{print-color-adjust:exact;
  -webkit-print-color-adjust:exact}
}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
"""

STYLE = Markup(_COLOURS + _PAGE + _CONTROLS + _CARDS + _TREES + _NARROW)
