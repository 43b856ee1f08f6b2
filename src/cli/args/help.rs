//! What stands below the options in the help of each command.

pub(super) const MAIN_HELP: &str = "\
Examples:
  nodetide init scenario.ron
  nodetide check scenario.ron
  nodetide run scenario.ron
  nodetide compare scenario.ron variant.ron
  nodetide sweep scenario.ron --vary clusters.train-gpu.max_nodes=2..6
  nodetide explain W0501

Exit codes:
  0  fine
  1  a mistake of the program itself
  2  the command line cannot be understood
  3  a scenario or log is not valid
  4  a threshold of `expect` is missed
  5  no such GPU, or the scenario is not for it
  6  a file cannot be read or written
  7  the run ended stuck or at a limit of the simulator
  130  interrupted; a sweep has kept what was complete";

pub(super) const RUN_HELP: &str = "\
Examples:
  nodetide run scenario.ron
  nodetide run scenario.ron --replications 20
  nodetide run scenario.ron --out results/today
  nodetide run scenario.ron --out results/traces --export perfetto,aml
  nodetide run scenario.ron --format json | jq .total.wait_p95_s
  nodetide init - | nodetide run -

Thresholds of the scenario's `expect` come first in the report and decide the exit code:
0 where all are met, 4 where one is missed. With several replications a threshold is met
where every replication meets it.";

pub(super) const COMPARE_HELP: &str = "\
Examples:
  nodetide compare scenario.ron variant.ron
  nodetide compare scenario.ron variant.ron --replications 50
  nodetide compare scenario.ron variant.ron --format json | jq .findings
  sed s/30m/2m/ scenario.ron | nodetide compare scenario.ron -

Both run with the same seed and replications, so the same class gets the same jobs and the
same cluster the same delays: what chance does to both cancels in the difference.

Exit code 0 whatever the difference, and whatever becomes of the thresholds of either (use
run for those); 3 or 6 where a scenario is not valid or cannot be read, with its name; 7
where a run of either ended stuck or at a limit of the simulator.";

pub(super) const CHART_HELP: &str = "\
Examples:
  nodetide chart results/today
  nodetide chart results/today --theme dark --size 1920x1080
  nodetide chart results/today --only wait,cost --out slides

`run`, `sweep` and `optimize` with --out draw all of theirs already; docs/charts.md says how to read them.";

pub(super) const CHECK_HELP: &str = "\
Examples:
  nodetide check scenario.ron
  nodetide check scenario.ron --format json

Exit code 0 where the scenario can be run (warnings do not count), 3 where it cannot.";

pub(super) const INIT_HELP: &str = "\
Examples:
  nodetide init
  nodetide init gpu-cluster.ron
  nodetide init - > other.ron

Nothing is replaced without --force.";

pub(super) const EXPLAIN_HELP: &str = "\
Examples:
  nodetide explain
  nodetide explain W0501
  nodetide explain W";

pub(super) const COMPLETIONS_HELP: &str = "\
Examples:
  nodetide completions bash > ~/.local/share/bash-completion/completions/nodetide
  nodetide completions zsh > ~/.zfunc/_nodetide
  nodetide completions fish > ~/.config/fish/completions/nodetide.fish
  nodetide completions powershell >> profile.ps1
  nodetide completions elvish >> ~/.config/elvish/rc.elv

zsh looks into ~/.zfunc where `fpath=(~/.zfunc $fpath)` stands in ~/.zshrc before `compinit`.
Open a new shell afterwards.";

pub(super) const VM_SIZES_HELP: &str = "\
Examples:
  nodetide vm-sizes
  nodetide vm-sizes a100
  nodetide vm-sizes D4s --region westeurope --format json";

pub(super) const SWEEP_HELP: &str = "\
Examples:
  nodetide sweep scenario.ron --vary clusters.train-gpu.max_nodes=2..6
  nodetide sweep scenario.ron --vary clusters.prepare-cpu.idle_time=2m,10m,30m
  nodetide sweep scenario.ron --vary load_factor=0.5..2:0.5 --replications 20
  nodetide sweep scenario.ron --vary load_factor=1,2 --out results/load
  nodetide sweep scenario.ron --vary clusters.train-gpu.discipline=Fifo,Backfill
  nodetide sweep scenario.ron --vary clusters.train-gpu.idle_time=1m..1h:log7
  nodetide sweep scenario.ron --vary load_factor=0.5..2:0.1 --design sobol:8
  nodetide sweep scenario.ron --dry-run

Any number, time or choice of the scenario can be varied, by its path: idle_time,
boot_delay, clusters.cpu.eviction.PerHour, workload.classes.train.service.mean,
prices.billing_quantum. Added to these: delays_scale and eviction_rate of a cluster (factors),
and vm_size and tier take price, family and speed with them. docs/sweep.md says more.

Configurations whose min_nodes is over their max_nodes are left out and counted. Exit code 2
where an axis is wrong, 3 where a configuration is refused, 5 where --backend gpu is asked
for and cannot be, 7 where a run ended stuck or at a limit of the simulator, 130 where it was
interrupted (Ctrl-C; what was complete is then in configs.partial.csv, and --resume goes on).";

pub(super) const OPTIMIZE_HELP: &str = "\
Examples:
  nodetide optimize scenario.ron --vary clusters.train-gpu.max_nodes=1..16
  nodetide optimize scenario.ron --vary clusters.train-gpu.max_nodes=1..9 --confirm 20
  nodetide optimize scenario.ron --vary clusters.train-gpu.max_nodes=1..9 --seed 7

It runs a coarse grid, then finer ones around the best configurations and the front of cost
against waiting, each generation as one batch, until nothing near it or along its axes is better. The finalists
are then run in fresh replications, so that luck does not choose. Exit codes are those of
`sweep`.";

pub(super) const ADAPTERS_HELP: &str = "\
Examples:
  nodetide adapters
  nodetide adapters --format json

Without a GPU the list is empty, and sweeps run on the CPU, with the same results. Exit code
5 where --self-test finds a difference.";
