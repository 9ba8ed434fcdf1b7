export function agent(){ let seed=1; const rnd=()=> (seed=(seed*1103515245+12345)&0x7fffffff)/0x7fffffff;
 const words='the quick brown fox jumps over a lazy dog while agents call tools and wait for results from remote systems'.split(' ');
 const text=n=>{let s='';while(s.length<n)s+=words[Math.floor(rnd()*words.length)]+' ';return s.slice(0,n)};
 const messages=[]; for(let i=0;i<200;i++){ const m={id:'msg_'+i.toString(36).padStart(8,'0'),role:i%2?'assistant':'user',content:text(200+Math.floor(rnd()*260)),at:1700000000000+i*1000,usage:{input:Math.floor(rnd()*2000),output:Math.floor(rnd()*500)},parent:null};
  if(i%4===1) m.tools=[{name:'search',args:{q:text(20),limit:10},ok:true}]; messages.push(m);} return {model:'x-1',messages,step:200,done:false}; }
