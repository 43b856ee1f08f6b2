//! The codes, with what each means. The texts are Markdown files beside this one.

use std::fmt;
use std::str::FromStr;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing runs.
    Error,
    /// The run goes on.
    Warning,
}

impl Severity {
    /// `"error"` or `"warning"`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// A stable code. Codes are never given a second meaning; what is retired stays retired.
        ///
        /// `S01..` scenario files, `L02..` logs, `M03..` the model's gate at load, `I04..` files and devices,
        /// `W05..` warnings, `T06..` the ticks format, `A07..` axes of sweeps, `O08..` objectives of sweeps.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* $name,)*
        }

        impl Code {
            /// All of them, in order.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// As printed: `"S0102"`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

codes! {
    /// Not well-formed RON or JSON.
    Syntax = "S0101",
    /// A field that does not exist.
    UnknownField = "S0102",
    /// A required field is missing.
    MissingField = "S0103",
    /// A field or key is given twice.
    DuplicateField = "S0104",
    /// A value of another kind is expected.
    WrongType = "S0105",
    /// A variant that does not exist.
    UnknownVariant = "S0106",
    /// A duration, price or other text that cannot be read.
    UnreadableValue = "S0107",
    /// A number out of range.
    NumberOutOfRange = "S0108",
    /// Not a text file.
    NotText = "S0109",
    /// The file is too large.
    FileTooLarge = "S0110",
    /// Nothing in the file.
    EmptyFile = "S0111",
    /// A time between two ticks.
    BetweenTicks = "S0112",
    /// A time or duration that is too long.
    TimeTooLong = "S0113",
    /// A VM size that is not in the catalogue.
    UnknownVmSize = "S0114",
    /// A cluster that is not described.
    UnknownCluster = "S0115",
    /// A subnet that is not described.
    UnknownSubnet = "S0116",
    /// A region without prices.
    UnknownRegion = "S0117",
    /// Two things with one name.
    DuplicateName = "S0118",
    /// A name that the service does not allow.
    BadName = "S0119",
    /// Prices in several currencies.
    MixedCurrencies = "S0120",
    /// A percentile out of range.
    BadPercentile = "S0121",
    /// A probability or share out of range.
    BadShare = "S0122",
    /// A list without entries.
    EmptyList = "S0123",
    /// A date that cannot be read.
    BadDate = "S0124",
    /// A time zone that does not exist.
    UnknownTimeZone = "S0125",
    /// A static policy with another `min_nodes`.
    StaticMinNodes = "S0126",
    /// A parameter for which a distribution does not exist.
    BadDistribution = "S0127",
    /// A profile that is not 24 or 168 factors.
    BadProfile = "S0128",
    /// A class of jobs that never ends.
    EndlessClass = "S0129",
    /// A VM size of the scenario's own lacks something.
    IncompleteVmSize = "S0130",
    /// A window or interval that ends before it begins.
    EmptyWindow = "S0131",
    /// More than this program takes.
    OverLimit = "S0132",

    /// The log cannot be opened.
    LogUnreadable = "L0201",
    /// A line that is not a job.
    LogLineBroken = "L0202",
    /// A column that the log does not have.
    LogColumnMissing = "L0203",
    /// A log in which no line is a job.
    LogEmpty = "L0204",
    /// A log with more than this program takes.
    LogOverLimit = "L0205",
    /// A log's settings contradict each other.
    LogSettings = "L0206",

    /// Refused at load, by a rule without a code of its own.
    Refused = "M0300",
    /// No cluster.
    NoCluster = "M0301",
    /// `stop_at_horizon` without a horizon.
    StopWithoutHorizon = "M0302",
    /// A billing quantum of 0.
    BillingQuantumZero = "M0303",
    /// A lock ends before it begins.
    LockInterval = "M0304",
    /// `max_nodes` is 0.
    MaxNodesZero = "M0305",
    /// `max_nodes` is over the node limit.
    MaxOverLimit = "M0306",
    /// `min_nodes` is over `max_nodes`.
    MinOverMax = "M0307",
    /// `min_nodes` is over the limit at the start.
    MinOverLimit = "M0308",
    /// `initial_nodes` is over the limit at the start.
    InitialOverLimit = "M0309",
    /// Initial nodes on a cluster that does not exist yet.
    InitialBeforeCreation = "M0310",
    /// `recycle_time` is 0.
    RecycleTimeZero = "M0311",
    /// A cluster could hold too many nodes.
    TooManyNodes = "M0312",
    /// A quota is given twice.
    QuotaTwice = "M0313",
    /// A quota admits no node, or fewer than `min_nodes`.
    QuotaBelowCluster = "M0314",
    /// A subnet without addresses.
    SubnetEmpty = "M0315",
    /// More initial nodes than addresses.
    InitialOverSubnet = "M0316",
    /// The jobs' nodes sum to 2^31 or more.
    NodesOverflow = "M0317",
    /// More than 32 environments on a cluster.
    TooManyEnvironments = "M0318",
    /// A job without nodes.
    NoNodes = "M0319",
    /// Cancelled before it is submitted.
    CancelBeforeSubmit = "M0320",
    /// An attempt that can last 2^30 ticks.
    AttemptTooLong = "M0321",
    /// A cluster, subnet or other index that does not exist.
    UnknownIndex = "M0322",

    /// A file cannot be read.
    CannotRead = "I0401",
    /// A file or folder cannot be written.
    CannotWrite = "I0402",
    /// A result is there already.
    OutputExists = "I0403",
    /// No suitable GPU.
    NoGpu = "I0404",
    /// Not a directory of results.
    NoResults = "I0405",
    /// A result file is damaged.
    ResultsDamaged = "I0406",
    /// Results of a newer program.
    ResultsNewer = "I0407",
    /// Something that this program was built without.
    NotBuilt = "I0408",
    /// The scenario has something that the GPU's kernel does not know.
    NotForGpu = "I0409",
    /// Nothing that `--resume` could go on with, or another sweep.
    OtherSweep = "I0410",

    /// A quota held jobs back.
    QuotaBinding = "W0501",
    /// The queue never drained.
    QueueNeverDrained = "W0502",
    /// The horizon is too short to tell.
    HorizonShort = "W0503",
    /// Low-priority jobs hardly run.
    LowPriorityStarved = "W0504",
    /// A lock keeps idle nodes that cost.
    LockLeaksCost = "W0505",
    /// GPU families start with a quota of 0.
    GpuQuotaZero = "W0506",
    /// The idle time depends on the client used.
    IdleTimeDefault = "W0507",
    /// Jobs were rejected at submission.
    JobsRejected = "W0508",
    /// Jobs failed for want of an identity.
    JobsFailedIdentity = "W0509",
    /// Lines of a log were left out.
    LogLinesLeftOut = "W0510",
    /// No job uses a cluster.
    UnusedCluster = "W0511",
    /// A price is not known.
    PriceUnknown = "W0512",
    /// The run got stuck.
    Stuck = "W0513",
    /// The run reached a bound.
    LimitReached = "W0514",
    /// A quota that no cluster uses.
    UnusedQuota = "W0515",
    /// A setting without effect.
    NoEffect = "W0516",
    /// Too few replications to tell.
    TooFewReplications = "W0517",
    /// A lock kept a cluster from growing.
    LockBlocksScaling = "W0518",
    /// Most waiting was for `max_nodes`.
    MaxNodesBinding = "W0519",
    /// Nodes kept by `min_nodes` stood idle.
    MinNodesIdle = "W0520",
    /// Gangs waited beside idle nodes.
    GangBlocked = "W0521",
    /// Unusable nodes cost money.
    UnusableNodes = "W0522",
    /// A lock refused updates.
    UpdatesRefused = "W0523",
    /// A threshold that nothing could miss.
    ThresholdOverNothing = "W0524",
    /// Percentiles over few jobs.
    FewJobs = "W0525",
    /// Jobs of a log lie before `start`.
    LogBeforeStart = "W0526",
    /// The warm-up is no small part of the run.
    WarmUpTooLong = "W0527",
    /// Rates divide by a span that is empty in good part.
    RatesOverEmpty = "W0528",
    /// The unit of a log's column looks wrong.
    SuspiciousUnit = "W0529",
    /// There is nothing to run.
    NoJobs = "W0530",
    /// A log is the same in every replication.
    LogNotResampled = "W0531",

    /// Not a scenario of the ticks format.
    TicksSyntax = "T0601",
    /// A key that the ticks format does not have.
    TicksUnknownKey = "T0602",
    /// A required key is missing.
    TicksMissingKey = "T0603",
    /// A value of another kind, or out of range.
    TicksValue = "T0604",
    /// A key stands twice in an object.
    TicksDuplicateKey = "T0605",

    /// `--vary` names nothing that can be varied.
    AxisUnknown = "A0701",
    /// A value of an axis cannot be read, or is out of range.
    AxisValue = "A0702",
    /// A range without values, or one that does not advance.
    AxisRange = "A0703",
    /// An axis, or a value of one, is given twice.
    AxisTwice = "A0704",
    /// The scenario sets what an axis would vary, or nothing would follow from it.
    AxisConflict = "A0705",
    /// More configurations than a sweep takes.
    SweepTooLarge = "A0706",
    /// No configuration of the sweep is left.
    SweepEmpty = "A0707",
    /// Axes that cannot advance together.
    AxisPair = "A0708",
    /// A design that is none, or a number of configurations or replications out of range.
    SweepDesign = "A0709",

    /// An objective names nothing that a sweep can judge.
    ObjectiveUnknown = "O0801",
    /// A weight, a limit or a side of an objective cannot be.
    ObjectiveValue = "O0802",
    /// An objective needs a price that nobody says.
    ObjectivePrice = "O0803",
}

/// The texts, in order of their codes.
const TEXTS: [&str; 9] = [
    include_str!("codes/file.md"),
    include_str!("codes/scenario.md"),
    include_str!("codes/log.md"),
    include_str!("codes/model.md"),
    include_str!("codes/io.md"),
    include_str!("codes/warning.md"),
    include_str!("codes/ticks.md"),
    include_str!("codes/sweep.md"),
    include_str!("codes/objective.md"),
];

impl Code {
    /// Error or warning.
    #[must_use]
    pub fn severity(self) -> Severity {
        if self.as_str().starts_with('W') { Severity::Warning } else { Severity::Error }
    }

    /// The code of a rule of the gate at load, by the rule's name.
    #[must_use]
    pub fn of_rule(rule: &str) -> Self {
        match rule {
            "no-cluster" => Self::NoCluster,
            "stop-without-horizon" => Self::StopWithoutHorizon,
            "billing-quantum-zero" => Self::BillingQuantumZero,
            "lock-ends-before-it-begins" => Self::LockInterval,
            "max-nodes-zero" => Self::MaxNodesZero,
            "max-over-limit" => Self::MaxOverLimit,
            "min-over-max" => Self::MinOverMax,
            "min-over-limit" => Self::MinOverLimit,
            "initial-over-limit" => Self::InitialOverLimit,
            "initial-before-creation" => Self::InitialBeforeCreation,
            "recycle-time-zero" => Self::RecycleTimeZero,
            "too-many-nodes" => Self::TooManyNodes,
            "quota-twice" => Self::QuotaTwice,
            "quota-below-cluster" => Self::QuotaBelowCluster,
            "subnet-empty" => Self::SubnetEmpty,
            "initial-over-subnet" => Self::InitialOverSubnet,
            "nodes-overflow" => Self::NodesOverflow,
            "too-many-environments" => Self::TooManyEnvironments,
            "no-nodes" => Self::NoNodes,
            "cancel-before-submit" => Self::CancelBeforeSubmit,
            "attempt-too-long" => Self::AttemptTooLong,
            "unknown-cluster" | "unknown-subnet" => Self::UnknownIndex,
            _ => Self::Refused,
        }
    }

    /// What it is about, together with others: the heading of their page.
    #[must_use]
    pub fn family(self) -> &'static str {
        let heading = format!("\n## {self}:");
        let text = TEXTS.iter().find(|text| text.contains(&heading)).copied().unwrap_or_default();
        text.lines().next().map_or("", |line| line.trim_start_matches('#').trim())
    }

    /// The codes that begin so and are longer, in order; case does not count.
    #[must_use]
    pub fn beginning(text: &str) -> Vec<Self> {
        let begin = text.trim().to_ascii_uppercase();
        let longer = |code: &&Self| code.as_str().starts_with(&begin) && code.as_str().len() > begin.len();
        if begin.is_empty() { Vec::new() } else { Self::ALL.iter().filter(longer).copied().collect() }
    }

    /// What the code means, in a few words.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.section().split_once('\n').map_or("", |(title, _)| title.trim())
    }

    /// What the code means, why it is so, how to mend it, with an example (Markdown).
    #[must_use]
    pub fn explanation(self) -> &'static str {
        self.section().split_once('\n').map_or("", |(_, text)| text.trim())
    }

    /// Title and text of this code's section.
    fn section(self) -> &'static str {
        let heading = self.as_str();
        TEXTS
            .iter()
            .flat_map(|text| text.split("\n## ").skip(1))
            .find_map(|section| section.strip_prefix(heading)?.strip_prefix(':'))
            .unwrap_or("")
    }

    /// The reference page of all codes (Markdown).
    #[must_use]
    pub fn reference() -> String {
        let mut page = String::from(
            "# Errors and warnings\n\n\
             Every message carries a code that keeps its meaning from version to version.\n\
             `nodetide explain CODE` prints a section of this page, `nodetide explain` lists all codes. Codes that begin\n\
             with W are warnings: nothing stops for them. The others are errors: nothing runs.\n\n\
             <!-- Generated from src/diagnostic/codes; do not edit. -->\n",
        );
        let mut family = "";
        for code in Self::ALL {
            if code.family() != family {
                family = code.family();
                page.push_str(&format!("\n**{family}**\n\n| code | |\n|---|---|\n"));
            }
            page.push_str(&format!("| [{0}](#{1}) | {2} |\n", code.as_str(), code.anchor(), code.title()));
        }
        for text in TEXTS {
            page.push('\n');
            page.push_str(&text.replace("\n## ", "\n### ").replacen("# ", "## ", 1));
        }
        page
    }

    /// Anchor of the section's heading in the reference page, as code hosts make it.
    #[must_use]
    pub fn anchor(self) -> String {
        format!("{} {}", self.as_str(), self.title())
            .to_lowercase()
            .chars()
            .filter_map(|c| match c {
                ' ' => Some('-'),
                c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
                _ => None,
            })
            .collect()
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Not one of the codes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no code; {near}`nodetide explain` lists them", near = near(.0))]
pub struct UnknownCode(pub String);

/// The code that was probably meant: one with the same digits, or the most like one.
fn near(found: &str) -> String {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let wanted = digits(found);
    let codes = || Code::ALL.iter().map(|code| code.as_str());
    let same = codes().find(|code| !wanted.is_empty() && digits(code) == wanted);
    match same.or_else(|| super::closest(found, codes())) {
        Some(code) => format!("did you mean {code}? "),
        None => "codes look like S0102; ".to_owned(),
    }
}

impl FromStr for Code {
    type Err = UnknownCode;

    /// Case does not count.
    fn from_str(s: &str) -> Result<Self, UnknownCode> {
        let found = s.trim();
        Self::ALL
            .iter()
            .copied()
            .find(|code| code.as_str().eq_ignore_ascii_case(found))
            .ok_or_else(|| UnknownCode(s.to_owned()))
    }
}

#[cfg(test)]
mod tests;
