// How the page looks, and the little that moves in it. No character here needs escaping in XML.
#include "page.hpp"

namespace tenon::drawing {

const char* const page_style = R"css(
:root{color-scheme:light dark}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font-size:15px;line-height:1.45;--page:#f5f6f8;--card:#ffffff;
--border:#e2e5ea;--on:#f59e0b;--grid:#e7e9ee}
@media(prefers-color-scheme:dark){body{--page:#0e1014;--card:#14171d;--border:#272c35;--on:#fbbf24;--grid:#232832}}
header,main,footer{max-width:1720px;margin:0 auto;padding:0 clamp(12px,2.5vw,36px)}
header{padding-top:28px}
h1{font-size:clamp(26px,4vw,40px);letter-spacing:-.02em;line-height:1.1;margin:0;overflow-wrap:anywhere}
h2{font-size:21px;letter-spacing:-.01em;margin:0 0 10px}
h3{font-size:16px;margin:0 0 4px}
h4{font-size:13px;font-weight:600;margin:16px 0 0;overflow-wrap:anywhere}
p{margin:4px 0 10px;max-width:80ch}
.dim{color:var(--dim);font-size:13px}
nav{display:flex;flex-wrap:wrap;gap:4px 18px;margin:10px 0 0;padding:8px 0;border-bottom:1px solid var(--border)}
nav a{color:var(--conv);text-decoration:none;font-size:14px}
nav a:hover{text-decoration:underline}
section{margin:34px 0;scroll-margin-top:8px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(136px,1fr));gap:10px;margin:18px 0}
.tile{background:var(--card);border:1px solid var(--border);border-radius:12px;padding:12px 14px}
.tile b{display:block;font-size:22px;letter-spacing:-.02em;font-variant-numeric:tabular-nums;overflow-wrap:anywhere;line-height:1.2}
.tile span{color:var(--dim);font-size:13px}
.card{background:var(--card);border:1px solid var(--border);border-radius:12px;--ground:var(--card)}
.pane{overflow:auto;max-height:min(82vh,900px)}
.beside{display:grid;gap:14px;grid-template-columns:minmax(0,1fr)}
@media(min-width:1080px){.beside{grid-template-columns:minmax(300px,4fr) minmax(0,8fr)}}
.beside{align-items:start}
@media(min-width:1080px){.beside.roofs{grid-template-columns:minmax(0,7fr) minmax(0,5fr)}}
.card+p,.beside+p{margin-top:8px}
summary{cursor:pointer;text-align:left;padding:4px 6px;color:var(--dim);font-size:13px}
.group{cursor:pointer}
.graph{padding:8px;text-align:center}
.graph svg{display:inline-block;max-width:100%;height:auto}
.chart{display:block;margin:0 auto}
.chart.fit{width:100%;max-width:900px;height:auto}
.chart text{fill:var(--dim);font-size:11px}
.chart .grid{stroke:var(--grid)}
.chart .axis{stroke:var(--line)}
.chart .roof{stroke:var(--ink);stroke-width:1.6}
.chart .dot{fill:var(--k);fill-opacity:.55;stroke:var(--k)}
.block rect{fill:var(--k);fill-opacity:.28;stroke:var(--k)}
.block.scratch rect{stroke-dasharray:3 3;fill-opacity:.12}
.block.part rect{fill-opacity:.12;stroke-dasharray:2 2}
.chart .block text{fill:var(--ink)}
table{border-collapse:collapse;width:100%;font-size:13px}
thead th{position:sticky;top:0;background:var(--card);z-index:1;color:var(--dim);font-weight:500;text-align:left;
box-shadow:inset 0 -1px var(--border);white-space:nowrap}
th,td{padding:5px 9px;vertical-align:top}
tbody tr+tr td{border-top:1px solid var(--grid)}
tfoot td{border-top:2px solid var(--border);font-weight:600}
.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
thead th.num{text-align:right}
.nowrap{white-space:nowrap;font-variant-numeric:tabular-nums}
code{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.step{cursor:pointer}
.linked td:first-child{box-shadow:inset 3px 0 var(--line)}
.chip{display:inline-block;padding:0 7px;margin:1px 0;border-radius:6px;border:1px solid var(--k);white-space:nowrap;
background:color-mix(in srgb,var(--k) 13%,transparent)}
.key{display:inline-block;width:9px;height:9px;border-radius:3px;margin-right:6px;background:var(--k)}
.legend{display:flex;flex-wrap:wrap;gap:4px 16px;color:var(--dim);font-size:13px;max-width:none}
.time{min-width:100px;width:20%}
.bar{position:relative;height:12px;margin:4px 0;border-radius:3px;background:var(--grid)}
.bar i{position:absolute;left:0;top:0;bottom:0;min-width:1px;border-radius:3px;background:var(--k);opacity:.75}
.bar u{position:absolute;top:-3px;bottom:-3px;width:2px;margin-left:-1px;background:var(--ink)}
.bars{max-width:520px}
.bars th{text-align:left;font-weight:500;white-space:nowrap;width:1%}
.bars i{display:block;height:12px;margin:3px 0;min-width:1px;border-radius:3px;background:var(--conv);opacity:.75}
.bars td{border:0;width:100%}
.bars .num{width:1%}
.first{display:flex;flex-wrap:wrap;gap:14px 36px;align-items:flex-start}
.first .level{flex:1 1 300px;margin:0}
figure{margin:0}
figcaption{color:var(--dim);font-size:13px}
.strip{display:block;width:100%;height:60px;image-rendering:pixelated;border-radius:6px}
.first figure:has(.strip){flex:1 1 100%}
.photo{display:block;width:224px;max-width:100%;image-rendering:pixelated;border-radius:10px;border:1px solid var(--border)}
.level{background:var(--card);border:1px solid var(--border);border-radius:12px;padding:14px 16px;margin:14px 0}
.maps{display:grid;grid-template-columns:repeat(auto-fill,minmax(76px,1fr));gap:5px;margin:6px 0;max-width:1320px}
.map{display:block;width:100%;height:auto;image-rendering:pixelated;border-radius:4px}
.filter{max-width:84px}
.wide{grid-column:1/-1;height:160px}
footer{padding-bottom:30px}
.on.box rect,.on.block rect{stroke:var(--on);stroke-width:2.6}
.on.hull{fill:var(--on);fill-opacity:.22}
.on.dot{stroke:var(--on);stroke-width:3}
tr.on td{background:color-mix(in srgb,var(--on) 16%,transparent)}
@media(max-width:560px){.time{min-width:70px}th,td{padding:5px 6px}}
@media print{.pane{max-height:none;overflow:visible}}
)css";

const char* const page_script = R"js(
(function(){
  function stepOf(e){
    var at=e.closest('[class*=" s"],[class^="s"]');
    var found=at?/(?:^|\s)s(\d+)(?:\s|$)/.exec(at.getAttribute('class')):null;
    return found?found[1]:null;
  }
  function all(step){return document.querySelectorAll('.s'+step);}
  var shown=null;
  function show(step){
    if(step===shown)return;
    if(shown!==null)all(shown).forEach(function(e){e.classList.remove('on');});
    shown=step;
    if(step!==null)all(step).forEach(function(e){e.classList.add('on');});
  }
  document.addEventListener('pointerover',function(e){show(stepOf(e.target));});
  document.addEventListener('click',function(e){
    var group=e.target.closest('[data-goto]');
    if(group){
      document.querySelector('details.all').open=true;
      var first=document.getElementById(group.getAttribute('data-goto'));
      first.scrollIntoView({block:'start',behavior:'smooth'});
      show(stepOf(first));
      return;
    }
    var step=stepOf(e.target);
    if(step===null)return;
    var inGraph=e.target.closest('.graph');
    var goal=document.querySelector(inGraph?'tr.step.s'+step:'.graph .box.s'+step);
    var pane=goal?goal.closest('.pane'):null;
    if(!pane)return;
    if(goal.closest('details'))goal.closest('details').open=true;
    var a=goal.getBoundingClientRect(),b=pane.getBoundingClientRect();
    pane.scrollBy({top:a.top-b.top-b.height/3,left:inGraph?0:a.left-b.left-b.width/2+a.width/2,behavior:'smooth'});
    show(step);
  });
  var graph=document.querySelector('.graph'),begin=graph.querySelector('.box,.group').getBoundingClientRect();
  graph.scrollLeft=begin.left+begin.width/2-graph.getBoundingClientRect().left-graph.clientWidth/2;
})();
)js";

}  // namespace tenon::drawing
