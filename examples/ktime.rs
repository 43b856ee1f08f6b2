use nodetide::engine::input::*; use nodetide::engine::*; use nodetide::sweep::*; use nodetide::sweep::gpu::*;
use std::time::Instant;
fn main(){
 let n: u32 = std::env::args().nth(1).unwrap().parse().unwrap();
 let jobs_n: u32 = std::env::args().nth(2).unwrap().parse().unwrap();
 let max: u32 = std::env::args().nth(3).unwrap().parse().unwrap();
 let full = std::env::args().nth(4).is_some();
 let cluster = ClusterInput{max_nodes:max,communication_limit:1000,idle_time:300,allocation_delay:[200].into(),boot_delay:[180].into(),tier: if full {Tier::LowPriority} else {Tier::Dedicated},..Default::default()};
 let mut x=12345u64; let mut t=0u32;
 let jobs=(0..jobs_n).map(|_|{x=x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407); t+=(x>>60) as u32; JobInput{submit:t,service:((x>>40)&1023) as u32+1,..Default::default()}}).collect();
 let m=Model::new(Input{clusters:vec![cluster],jobs,billing_quantum:1,..Default::default()}).unwrap();
 let s=m.settings()[0];
 let c:Vec<Configuration>=(0..n).map(|i|Configuration{model:0,settings:Box::new([Settings{max_nodes:max-(i%8).min(max-1),idle_time:100+i,..s}])}).collect();
 let t0=Instant::now();
 let p=Progress::default(); let cpu=cpu::run(std::slice::from_ref(&m),&c,&p).unwrap();
 println!("cpu {:?}",t0.elapsed());
 let mut k=Kernel::new(Device::open(&adapters()[0]).unwrap()).unwrap();
 println!("open {:?}",t0.elapsed());
 for _ in 0..2 { let t1=Instant::now(); let mut last=0;
 let r=k.run(std::slice::from_ref(&m),&c,&mut |d|{ if d!=last{last=d;} std::ops::ControlFlow::Continue(())}).unwrap();
 println!("gpu {:?} {:?} equal {}",t1.elapsed(),k.dispatches(), r==cpu); }
}
